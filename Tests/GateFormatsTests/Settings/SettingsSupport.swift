import GateCore

@testable import GateSettings

/// The least that can be run.
let leastSettings = "target: HTTP:80/health\ninstances: 10.0.1.5,10.0.1.6,10.0.1.7\n"

/// The settings of a file `gate.yaml`.
func settings(_ yaml: String) throws(SettingsError) -> Settings {
  try Settings(resolving: RawSettings(file: Array(yaml.utf8), path: "gate.yaml"))
}

/// The least settings and these.
func settings(adding yaml: String) throws(SettingsError) -> Settings {
  try settings(leastSettings + yaml)
}

/// All that is wrong with the settings of a file, in short.
func complaints(_ yaml: String) -> [String] {
  do throws(SettingsError) {
    _ = try settings(yaml)
    return []
  } catch {
    return error.problems.map(\.summary)
  }
}

/// All that is wrong with the least settings and these, in short.
func complaints(adding yaml: String) -> [String] {
  complaints(leastSettings + yaml)
}

/// What the reader of a file says: its line and what is there.
func readingProblems(_ bytes: [UInt8]) -> [String] {
  RawSettings(file: bytes, path: "gate.yaml").problems.map { problem in
    "\(problem.origin.map(\.description) ?? "nowhere"): \(problem.summary)"
  }
}

func readingProblems(_ yaml: String) -> [String] { readingProblems(Array(yaml.utf8)) }

/// A row of a table: what goes in, and what must come out.
struct Row<Output: Sendable>: Sendable, CustomStringConvertible {
  var input: String
  var output: Output

  init(_ input: String, _ output: Output) {
    self.input = input
    self.output = output
  }

  var description: String { String(input.prefix(60)) }
}
