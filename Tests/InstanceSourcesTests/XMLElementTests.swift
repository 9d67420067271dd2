import TestSupport
import Testing

@testable import InstanceSources

@Suite struct XMLElementTests {
  @Test func aDocumentBecomesATree() throws {
    let text = "<?xml version=\"1.0\"?>\n<a x='1'><b> one &amp; &#x32; </b><c/><b>two</b>&lt;</a>"
    let root = try XMLElement(parsing: Array(text.utf8))
    #expect(root.name == "a")
    #expect(root.value("b") == "one & 2")
    #expect(root.value("c") == nil)
    #expect(root.children.map(\.name) == ["b", "c", "b"])
    #expect(root.text == "<")
  }

  @Test func bothKindsOfListsAreRead() throws {
    let text = "<a><l><member>1</member><member>2</member></l><m><item>3</item></m><n/></a>"
    let root = try XMLElement(parsing: Array(text.utf8))
    #expect(root.list("l").map(\.text) == ["1", "2"])
    #expect(root.list("m").map(\.text) == ["3"])
    #expect(root.list("n").isEmpty)
    #expect(root.list("o").isEmpty)
  }

  @Test func otherEncodingsAreRead() throws {
    let latin =
      Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>caf".utf8) + [0xE9]
      + Array("</a>".utf8)
    #expect(try XMLElement(parsing: latin).text == "café")
    let utf16: [UInt8] =
      [0xFE, 0xFF] + "<a>é</a>".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    #expect(try XMLElement(parsing: utf16).text == "é")
  }

  struct Bad: CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]

    init(_ name: String, _ text: String) {
      (testDescription, bytes) = (name, Array(text.utf8))
    }

    init(_ name: String, bytes: [UInt8]) {
      (testDescription, self.bytes) = (name, bytes)
    }
  }

  @Test(arguments: [
    Bad("empty", ""),
    Bad("blank", " \n"),
    Bad("a page of HTML", "<html><body><p>Bad gateway</body></html>"),
    Bad("JSON", #"{"a": 1}"#),
    Bad("truncated", "<a><b>1</b><c"),
    Bad("not closed", "<a><b>1</b>"),
    Bad("two roots", "<a/><b/>"),
    Bad("not UTF-8", bytes: [0x3C, 0x61, 0x3E, 0xFF, 0xFE, 0x3C, 0x2F, 0x61, 0x3E]),
    Bad("a zero byte", bytes: [0x3C, 0x61, 0x3E, 0, 0x3C, 0x2F, 0x61, 0x3E]),
    Bad("an unknown encoding", "<?xml version='1.0' encoding='EBCDIC-7'?><a/>"),
    Bad("an entity of its own", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
    Bad("an external document type", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"),
    Bad("an unknown entity", "<a>&b;</a>"),
    Bad(
      "nested too deeply",
      String(repeating: "<a>", count: 5000) + String(repeating: "</a>", count: 5000)),
    Bad("too many elements", "<a>" + String(repeating: "<b/>", count: 400_001) + "</a>"),
  ])
  func whatIsNoDocumentSaysWhy(_ bad: Bad) {
    let failure = #expect(throws: XMLFailure.self) { try XMLElement(parsing: bad.bytes) }
    #expect(failure?.detail.isEmpty == false)
  }

  @Test func everyTruncationOfAnAnswerIsRefused() throws {
    let whole = try Fixture.bytes("elbv2-target-health.xml").dropLast(while: { $0 == 0x0A })
    for end in stride(from: 0, to: whole.count - 1, by: 7) {
      #expect(throws: XMLFailure.self) { try XMLElement(parsing: Array(whole.prefix(end))) }
    }
  }

  @Test func randomDamageNeverTraps() throws {
    let whole = try Fixture.bytes("elb-load-balancers.xml")
    var generator = SplitMix64(seed: 7)
    for _ in 0..<500 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...5, using: &generator) {
        let index = Int.random(in: bytes.indices, using: &generator)
        bytes[index] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? XMLElement(parsing: bytes)
    }
  }
}

extension Array {
  fileprivate func dropLast(while isDropped: (Element) -> Bool) -> ArraySlice<Element> {
    var rest = self[...]
    while let last = rest.last, isDropped(last) { rest.removeLast() }
    return rest
  }
}
