internal import GateArguments
internal import GateCore
internal import GateRecords
internal import GateRun
internal import GateSettings

/// Merges several verdicts into one.
enum Merge: Command {
  static let name = "merge"
  private static let require = CommandOption(
    "require", "HOW-MANY", "How many of the verdicts must promote. (default: all)",
    completion: .values(VerdictMerge.Requirement.allCases.map(\.rawValue)))
  private static let expected = CommandOption(
    "expected", "COUNT", "Number of verdicts to expect; missing ones count as inconclusive."
  )
  private static let verdict = CommandOption(
    "verdict", "FILE", "Also write the merged verdict to this file, atomically.",
    completion: .files)
  private static let signKey = CommandOption(.signKey)

  static let declaration = CommandDeclaration(
    name, "Merge several verdicts into one: of zones, regions or vantage points.",
    discussion: """
      A verdict that is missing, unreadable, too old, not signed as required or of another release \
      than expected counts as inconclusive. Exits with the status of the merged verdict.
      """,
    argument: CommandArgument("VERDICT", .any, "Verdict files to merge.", completion: .files),
    options: [require] + Trust.options + [expected, verdict, signKey])

  static func run(_ words: CommandWords) throws {
    let requirement: VerdictMerge.Requirement = try words.choice(of: require) ?? .all
    let count = try count(words)
    let (output, signKey) = (words.value(of: verdict), words.value(of: signKey))
    let merging = MergedRun(
      verdicts: words.arguments, output: output,
      keyFiles: [signKey].compactMap { $0 } + words[Trust.key])
    try merging.refuseShared()
    let file = try merging.opened()
    let key = try signKey.map { place throws(CommandFailure) in try SigningKey.load(place) }
    let parts = try merging.parts(expected: count, Trust.verification(words))
    let merge = try merging.merge(parts, require: requirement)
    try merging.deliver(merge, to: file, signedWith: key)
    (ExitStatus(rawValue: Int32(merge.exitCode)) ?? .defect).end()
  }

  private static func count(_ words: CommandWords) throws(CommandLineProblem) -> Int? {
    guard let text = words.value(of: expected) else { return nil }
    guard let count = Int(text) else {
      throw CommandLineProblem(
        "\(expected.flag) is \(text.shown), not a number", hint: "such as \(expected.flag) 3")
    }
    return count
  }
}
