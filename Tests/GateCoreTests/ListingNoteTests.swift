import Testing

@testable import GateCore

@Suite struct ListingNoteTests {
  private static let stopped = ListingNote.notRunning(
    named(
      ("web-i-1", .outOfEC2(state: "stopped")), ("i-12", .outOfEC2(state: "stopping")),
      ("i-1", .outOfEC2(state: "terminated"))))
  private static let awaited = ListingNote.awaited(
    named(("i-1", .said("Pending:Wait")), ("i-2", .unhealthy(lifecycleState: "InService"))))

  private static func named(
    _ instances: (id: String, note: MemberNote)...
  ) -> ListingNote.NamedInstances {
    .init(instances.map { .init(id: $0.id, note: $0.note) }, most: 10)
  }

  @Test(arguments: [
    (
      stopped,
      "3 instances not running: web-i-1 (stopped in EC2), i-12 (stopping in EC2), i-1 (terminated in EC2)"
    ),
    (
      awaited, "2 instances not in service yet: i-1 (Pending:Wait), i-2 (InService, but Unhealthy)"
    ),
    (.noCapacity, "the Auto Scaling group's desired capacity is 0"),
  ])
  func hasWordsFromWhichItIsRead(_ note: ListingNote, _ words: String) {
    #expect(note.words == words)
    #expect(ListingNote(words: words) == note)
  }

  @Test(arguments: [
    "the group is not running: gone (stopped in EC2)", "1 target still being registered (i-1)", "",
    "2 instances not running: i-1 (stopped in EC2)",
  ])
  func otherWordsAreKept(_ words: String) {
    #expect(ListingNote(words: words) == .other(words))
  }

  @Test func tellsOfEachInstanceThatDoesNotRunAndOfNoOther() {
    #expect(Self.stopped.outOfEC2("i-12") == .outOfEC2(state: "stopping"))
    #expect(Self.stopped.outOfEC2("i-1")?.words == "terminated in EC2")
    for id in ["i-2", "1", ""] { #expect(Self.stopped.outOfEC2(id) == nil) }
    #expect(Self.awaited.outOfEC2("i-1") == nil)
  }

  @Test func namesSomeAndCountsTheOthers() {
    let note = ListingNote.notRunning(
      .init(
        (1...53).map { .init(id: "i-\($0)", note: .outOfEC2(state: "stopped")) }, most: 50))
    #expect(note.words.hasPrefix("53 instances not running: i-1 (stopped in EC2), "))
    #expect(note.words.hasSuffix("i-50 (stopped in EC2) and 3 more"))
    #expect(ListingNote(words: note.words) == note)
  }
}
