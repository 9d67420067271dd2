import GateCore
import Testing

@testable import GateReports
@testable import GateSettings

@Suite struct InstanceSpecTests {
  @Test(
    arguments: [
      ("10.0.1.5", nil, "10.0.1.5", nil), ("10.0.1.6:8080", nil, "10.0.1.6", 8080),
      ("[2001:db8::5]:80", nil, "2001:db8::5", 80), ("[2001:db8::5]", nil, "2001:db8::5", nil),
      ("2001:db8::5", nil, "2001:db8::5", nil), ("web-3=10.0.1.7", "web-3", "10.0.1.7", nil),
      ("web-3 = 10.0.1.7:81", "web-3", "10.0.1.7", 81),
      ("i-0abc=web.internal:443", "i-0abc", "web.internal", 443),
    ] as [(String, String?, String, Int?)])
  func anInstanceIsNameAddressAndPort(
    _ text: String, _ id: String?, _ address: String, _ port: Int?
  ) throws {
    let spec = try InstanceSpec(parsing: text)
    #expect(spec.id == id)
    #expect(spec.address.text == address)
    #expect(spec.port == port)
    #expect(try InstanceSpec(parsing: spec.description) == spec)
  }

  @Test(arguments: [
    Row("", "the list of instances has an empty entry"),
    Row("=10.0.1.5", "'=10.0.1.5' has no name before the '='"),
    Row(
      "web 3=10.0.1.5",
      "'web 3' is not a name of an instance: UTF-8, no blanks, and at most 255 bytes"),
    Row(
      "web-\u{FFFD}=10.0.1.5",
      "'web-\u{FFFD}' is not a name of an instance: UTF-8, no blanks, and at most 255 bytes"),
    Row("10.0.1.5:", "'' in '10.0.1.5:' is not a port: 1 to 65535"),
    Row("10.0.1.5:0", "'0' in '10.0.1.5:0' is not a port: 1 to 65535"),
    Row("10.0.1.5:65536", "'65536' in '10.0.1.5:65536' is not a port: 1 to 65535"),
    Row("10.0.1.5:http", "'http' in '10.0.1.5:http' is not a port: 1 to 65535"),
    Row("10.0.1.999", "'10.0.1.999' is not an IPv4 address: four numbers from 0 to 255"),
    Row("[::1]x", "'[::1]x' is not an IPv6 address"),
    Row("http://10.0.1.5", "'http://10.0.1.5' is a URL, not an instance"),
    Row("hosts.txt", "'hosts.txt' is not an instance"),
    Row("a=list.JSON", "'a=list.JSON' is not an instance"),
    Row("hosts/green", "'hosts/green' is not an instance"),
  ])
  func whatIsNoInstanceIsRefused(_ row: Row<String>) {
    do throws(GrammarError) {
      _ = try InstanceSpec(parsing: row.input)
      Issue.record("it is taken")
    } catch {
      #expect(error.description == row.output)
    }
  }

  /// Endings of files that are top-level domains, or may be the names of hosts within a network.
  @Test(arguments: [
    "web.md", "web.sh", "txt", "json.example", "web.py:80", "web-1.internal", "csv.",
  ])
  func aHostIsNotTakenForAFile(_ name: String) throws {
    #expect(try InstanceSpec(parsing: name).description == name)
  }

  private func specs(_ text: String) throws -> [InstanceSpec] {
    try text.split(separator: ",").map { try InstanceSpec(parsing: String($0)) }
  }

  @Test func anInstancesOwnPortBeatsTheTargets() throws {
    let instances = try InstanceSpec.instances(
      specs("10.0.1.5,10.0.1.6:8080"), on: .number(80))
    #expect(
      instances == [
        Instance(id: "10.0.1.5", address: "10.0.1.5", port: 80),
        Instance(id: "10.0.1.6:8080", address: "10.0.1.6", port: 8080),
      ])
  }

  @Test func anInstanceIsCalledAsItIsWrittenWhateverElseIsListed() throws {
    let texts = [
      "10.0.1.5:81", "10.0.1.5", "[::1]:81", "0::1", "web=10.0.1.5:83", "10.0.1.6", "Web.Example",
    ]
    let ids = ["10.0.1.5:81", "10.0.1.5", "[::1]:81", "0::1", "web", "10.0.1.6", "Web.Example"]
    for (text, id) in zip(texts, ids) {
      #expect(try InstanceSpec.instances(specs(text), on: .number(80)).map(\.id) == [id])
    }
    let all = try InstanceSpec.instances(specs(texts.joined(separator: ",")), on: .number(80))
    #expect(all.map(\.id) == ids)
  }

  @Test(arguments: [
    ("10.0.1.5", "10.0.1.5:80"), ("::1", "[0:0::1]:80"), ("::ffff:10.0.1.5", "a=10.0.1.5"),
    ("::FFFF:a00:105", "10.0.1.5"), ("web.example", "b=WEB.Example.:80"),
    ("fe80::1%eth0", "fe80:0::1%eth0"),
  ])
  func onePlaceIsRefusedTwiceAndBothEntriesAreNamed(_ one: String, _ other: String) throws {
    let specs = try specs("\(one),\(other)")
    let error = #expect(throws: SettingsError.self) {
      try InstanceSpec.instances(specs, on: .number(80))
    }
    #expect(
      error?.problems.map(\.summary) == [
        "\(specs[0]) and \(specs[1]) are the same place, on port 80"
      ])
    // Of a listing that changes, who follows it tells which of the names counts.
    let kept = try InstanceSpec.instances(specs, on: .number(80), doubled: .kept)
    #expect(kept.count == 2)
    #expect(Set(kept.map(\.place)).count == 1)
  }

  @Test func aLineThatAListingRepeatsIsListedOnce() throws {
    let specs = try specs("a=10.0.1.5,10.0.1.6,a=10.0.1.5,10.0.1.6")
    let kept = try InstanceSpec.instances(specs, on: .number(80), doubled: .kept)
    #expect(kept.map(\.id) == ["a", "10.0.1.6"])
  }

  @Test(arguments: [
    Row("10.0.1.5", ["10.0.1.5 has no port, and the target's is traffic-port"]),
    Row(
      "a=10.0.1.5:80,b=10.0.1.5:80",
      ["a=10.0.1.5:80 and b=10.0.1.5:80 are the same place, on port 80"]),
    Row("10.0.1.5:80,10.0.1.5:80", ["10.0.1.5:80 is listed twice"]),
    Row("[::1]:80,[0::1]:80", ["[::1]:80 and [0::1]:80 are the same place, on port 80"]),
    Row("a=10.0.1.5:80,a=10.0.1.6:80", ["two instances are named 'a'"]),
    Row("10.0.1.5:80,10.0.1.5:80=10.0.1.6:80", ["two instances are named '10.0.1.5:80'"]),
    Row("", ["the list of instances is empty"]),
  ])
  func aListThatCannotBeIsRefusedUnderTrafficPort(_ row: Row<[String]>) throws {
    let specs = try specs(row.input)
    let error = #expect(throws: SettingsError.self) {
      try InstanceSpec.instances(specs, on: .trafficPort)
    }
    #expect(error?.problems.map(\.summary) == row.output)
  }
}
