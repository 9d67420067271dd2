/// What a source notes of instances that EC2 does not run.
///
/// It is written where they are listed, and read where failures are explained: a journal has notes as
/// sentences.
package enum NotRunningNote {
  private static let ending = " in EC2"

  /// What is noted of one: `stopped in EC2`.
  package static func words(state: String) -> String { state + ending }

  package static func isNoted(in words: String) -> Bool { words.hasSuffix(ending) }

  /// `2 instances not running: i-1 (stopped in EC2), i-2 (terminated in EC2)`.
  package static func sentence(_ instances: [(id: String, words: String)]) -> String {
    let most = 50
    return "\(counted(instances.count, "instance")) not running: "
      + instances.prefix(most).map { "\($0.id) (\($0.words))" }.joined(separator: ", ")
      + (instances.count > most ? " and \(instances.count - most) more" : "")
  }

  package static func isSentence(_ note: String) -> Bool { note.contains(ending + ")") }

  /// What the sentence says of an instance: `stopped in EC2`; nil when it says nothing of it.
  package static func words(on id: String, in note: String) -> String? {
    // With the blank before it, which is no part of a name: it is not the end of another's.
    guard let name = note.firstRange(of: " \(id) ("),
      let end = note[name.upperBound...].firstIndex(of: ")")
    else { return nil }
    let words = String(note[name.upperBound..<end])
    return isNoted(in: words) ? words : nil
  }
}
