internal import ArgumentParser
internal import GateCore
internal import GateRecords
internal import GateRun
internal import GateSettings
internal import LibC

/// Says whether a verdict that was written before can be trusted.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    _superCommandName: "healthgate",
    abstract: "Verify that a verdict is intact, signed, fresh, and backed by its journal.",
    discussion: """
      Exits with 0 if everything holds that is required, whatever the verdict says, and with 1 if \
      not. Without --key, anybody who can write the file can have made it.
      """)

  @Argument(
    help: ArgumentHelp("The verdict; - is standard input.", valueName: "VERDICT"),
    completion: .file())
  var verdict: String

  @OptionGroup var trust: TrustFlags

  @Option(
    help: ArgumentHelp(
      "The journal: it must be the verdict's, and replay to it.", valueName: "FILE"),
    completion: .file())
  var journal: String?

  @Option(
    help: ArgumentHelp("It must say promote, rollback or inconclusive.", valueName: "DECISION"))
  var require: Decision?

  func run() throws {
    var verification = try trust.verification()
    verification.required = require
    if let journal { verification.journal = try RecordedJournal.read(journal) }
    guard !verification.keys.isEmpty || journal != nil else {
      throw CommandFailure(
        .usage,
        "neither a key nor a journal is given, so there is nothing to trust\n"
          + "  hint: --key FILE.pub for who signed it, --journal FILE for what it follows from")
    }
    let findings: [Verification.Finding]
    let bytes = try InputFile.required(verdict, as: .verdict)
    do throws(RecordedVerdictError) {
      findings = try verification.findings(on: bytes, at: .now)
    } catch {
      throw CommandFailure(.badContent, "\(verdict.shown) is not a verdict: \(error.message)")
    }
    if verification.keys.isEmpty {
      Output.complain(
        "healthgate: warning: no --key: whoever can write the verdict can have written it")
    }
    let lines = findings.map { "\($0.holds ? "ok    " : "FAILED")  \($0.name): \($0.detail)\n" }
    try Output.print(lines.joined())
    if !findings.allSatisfy(\.holds) { throw ExitCode(1) }
  }
}

/// What `verify` and `merge` ask of a verdict.
struct TrustFlags: ParsableArguments {
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A public key, one of which must have signed the verdict.", valueName: "FILE"),
    completion: .file())
  var key: [String] = []

  @Option(help: ArgumentHelp("How old the verdict may be.", valueName: "DURATION"))
  var maxAge: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "What must stand in the verdict, such as /group/name=green.", valueName: "POINTER=VALUE"))
  var expect: [String] = []

  /// - Throws: `CommandFailure`
  func verification() throws -> Verification {
    try Verification(keyFiles: key, maxAge: maxAge, expecting: expect)
  }
}

extension Decision: ExpressibleByArgument {}
