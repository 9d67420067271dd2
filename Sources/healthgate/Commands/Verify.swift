internal import GateArguments
internal import GateCore
internal import GateRecords
internal import GateRun

/// Verifies whether a verdict can be trusted.
enum Verify: Command {
  static let name = "verify"
  private static let journal = CommandOption(
    "journal", "FILE", "Require this to be the verdict's journal, and to replay to the verdict.",
    completion: .files)
  private static let require = CommandOption(
    "require", "DECISION", "Require this decision: promote, rollback or inconclusive.",
    completion: .values(Decision.allCases.map(\.rawValue)))

  static let declaration = CommandDeclaration(
    name, "Verify that a verdict is intact, signed, fresh, and backed by its journal.",
    discussion: """
      Exits with 0 if all requirements hold, whatever the verdict says, and with 1 otherwise. \
      Without --key, anyone who can write the file could have made it.
      """,
    argument: CommandArgument(
      "VERDICT", .one, "The verdict (-: standard input).", completion: .files),
    options: Trust.options + [journal, require])

  static func run(_ words: CommandWords) throws {
    let (verdict, journal) = (words.arguments[0], words.value(of: journal))
    let decision: Decision? = try words.choice(of: require)
    var verification = try Trust.verification(words)
    verification.required = decision
    if let journal { verification.journal = try RecordedJournal.replayed(journal) }
    guard !verification.keys.isEmpty || journal != nil else {
      throw CommandFailure(
        .usage,
        "neither a key nor a journal is given, so there is nothing to verify the verdict against\n"
          + "  hint: --key FILE.pub verifies who signed it, --journal FILE what it follows from")
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
        "healthgate: warning: no --key: anyone who can write the verdict could have made it")
    }
    let lines = findings.map { "\($0.holds ? "ok    " : "FAILED")  \($0.name): \($0.detail)\n" }
    try Output.print(lines.joined())
    if !findings.allSatisfy(\.holds) { ExitStatus.rollback.end() }
  }
}

/// The options of `verify` and `merge` for trust in a verdict.
enum Trust {
  static let key = CommandOption(
    "key", "FILE", "Require a signature by this public key, or by one of several.",
    completion: .files,
    isRepeatable: true)
  private static let maxAge = CommandOption(
    "max-age", "DURATION", "Maximum age of the verdict.")
  private static let expect = CommandOption(
    "expect", "POINTER=VALUE", "Require this value in the verdict, such as /group/name=green.",
    isRepeatable: true)

  static let options = [key, maxAge, expect]

  static func verification(_ words: CommandWords) throws -> Verification {
    try Verification(
      keyFiles: words[key], maxAge: words.value(of: maxAge), expecting: words[expect])
  }
}
