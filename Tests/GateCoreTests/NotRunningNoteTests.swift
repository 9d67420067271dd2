import Testing

@testable import GateCore

@Suite struct NotRunningNoteTests {
  @Test func whatIsWrittenIsReadOfEachInstanceAndOfNoOther() {
    let words = ["stopped", "stopping", "terminated"].map(NotRunningNote.words(state:))
    let instances = zip(["web-i-1", "i-12", "i-1"], words).map { (id: $0, words: $1) }
    let sentence = NotRunningNote.sentence(instances)
    #expect(sentence.hasPrefix("3 instances not running: web-i-1 (stopped in EC2), "))
    #expect(NotRunningNote.isSentence(sentence))
    for instance in instances {
      #expect(NotRunningNote.words(on: instance.id, in: sentence) == instance.words)
    }
    #expect(NotRunningNote.words(on: "i-2", in: sentence) == nil)
    #expect(NotRunningNote.words(on: "1", in: sentence) == nil)
  }

  @Test func otherNotesSayNothingOfIt() {
    let note = "1 instance not in service yet: i-1 (Pending)"
    #expect(!NotRunningNote.isSentence(note))
    #expect(NotRunningNote.words(on: "i-1", in: note) == nil)
    #expect(!NotRunningNote.isNoted(in: "Pending"))
  }

  @Test func ofManyFiftyAreNamed() {
    let instances = (1...53).map { (id: "i-\($0)", words: NotRunningNote.words(state: "stopped")) }
    #expect(NotRunningNote.sentence(instances).hasSuffix("i-50 (stopped in EC2) and 3 more"))
  }
}
