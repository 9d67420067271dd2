internal import ArgumentParser
internal import GateRecords
internal import GateRun
internal import GateSettings
internal import LibC

/// Makes one verdict out of several.
struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    _superCommandName: "healthgate",
    abstract: "Make one verdict out of several: of zones, regions, vantage points.",
    discussion: """
      A verdict that is missing, cannot be read, is too old, not signed as asked or of another \
      release than expected is inconclusive. Ends with the status of the one verdict.
      """)

  @Argument(help: ArgumentHelp("The verdicts.", valueName: "VERDICT"), completion: .file())
  var verdicts: [String] = []

  @Option(
    help: ArgumentHelp("How many must promote: all, any or majority.", valueName: "HOW-MANY"))
  var require = VerdictMerge.Requirement.all

  @OptionGroup var trust: TrustFlags

  @Option(
    help: ArgumentHelp(
      "How many verdicts there must be; those that are missing are inconclusive.",
      valueName: "COUNT"))
  var expected: Int?

  @Option(
    name: .customLong("verdict"),
    help: ArgumentHelp(
      "Also write the merged verdict to this file, atomically.",
      valueName: "FILE"), completion: .file())
  var output: String?

  @Option(.signKey) var signKey: String?

  func run() throws {
    let merging = MergedRun(
      verdicts: verdicts, output: output, keyFiles: [signKey].compactMap { $0 } + trust.key)
    try merging.refuseShared()
    let file = try merging.opened()
    let key = try signKey.map { place throws(CommandFailure) in try SigningKey.load(place) }
    let parts = try merging.parts(expected: expected, trust.verification())
    let merge = try merging.merge(parts, require: require)
    try merging.deliver(merge, to: file, signedWith: key)
    throw ExitCode(Int32(merge.exitCode))
  }
}

extension VerdictMerge.Requirement: ExpressibleByArgument {}
