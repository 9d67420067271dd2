import GateCore
import Testing

@testable import GateSettings

@Suite struct InstancesFileTests {
  private func problems(_ bytes: [UInt8]) -> [String] {
    do throws(SettingsError) {
      _ = try InstancesFile.read(bytes, path: "hosts")
      return []
    } catch {
      return error.problems.map { "\($0.origin.map(\.description) ?? "?"): \($0.summary)" }
    }
  }

  @Test(arguments: [
    "10.0.1.5\n# old: 10.0.0.9\n\n  web-3=10.0.1.7:8080  # the third\n[2001:db8::5]:80\n",
    "10.0.1.5\r\nweb-3=10.0.1.7:8080\r\n[2001:db8::5]:80",
    "\u{FEFF}10.0.1.5\nweb-3=10.0.1.7:8080\n[2001:db8::5]:80\n",
    #"["10.0.1.5", "web-3=10.0.1.7:8080", "[2001:db8::5]:80"]"#,
    "[\n\t{\"address\": \"10.0.1.5\", \"id\": null},\n\t{\"id\": \"web-3\", \"address\": "
      + "\"10.0.1.7\", \"port\": 8080},\n\t\"[2001:db8::5]:80\"\n]\n",
  ])
  func linesAndJSONSayTheSame(_ text: String) throws {
    let specs = try InstancesFile.read(Array(text.utf8), path: "hosts")
    #expect(specs.map(\.description) == ["10.0.1.5", "web-3=10.0.1.7:8080", "[2001:db8::5]:80"])
  }

  @Test func aLineMayBeginWithABracketAndStillBeNoJSON() throws {
    let specs = try InstancesFile.read(Array("[::1]:80\n".utf8), path: "hosts")
    #expect(specs.map(\.port) == [80])
  }

  @Test func anObjectMayNameItsZone() throws {
    let json = #"[{"address": "10.0.1.5", "port": "81", "zone": "eu-west-1a"}]"#
    let spec = try #require(try InstancesFile.read(Array(json.utf8), path: "hosts").first)
    #expect(spec.zone == "eu-west-1a")
    #expect(spec.port == 81)
    #expect(spec.origin == .file(path: "hosts", line: 1))
  }

  @Test(arguments: [
    Row("", ["hosts:1: the file lists no instances"]),
    Row("# none\n\n", ["hosts:1: the file lists no instances"]),
    Row("[]", ["hosts:1: the file lists no instances"]),
    Row(
      "10.0.1.5\n10.0.1.x:\n10.0.1.300\n",
      [
        "hosts:2: '' in '10.0.1.x:' is not a port: 1 to 65535",
        "hosts:3: '10.0.1.300' is not an IPv4 address: four numbers from 0 to 255",
      ]),
    Row("web-1,web-2", ["hosts:1: 'web-1,web-2' is not an address or a host name"]),
    Row("{\"a\": 1}", ["hosts:1: the file is JSON, but not an array"]),
    Row("[\n\"10.0.1.5\",\n[]]", ["hosts:3: an item is neither a string nor an object"]),
    Row("[\"10.0.1.5\",\n 7]", ["hosts:2: an item is neither a string nor an object"]),
    Row("[{\"id\": \"a\"}]", ["hosts:1: an instance has no address"]),
    Row(
      "[{\"address\": \"10.0.1.5\", \"prot\": 80}]",
      ["hosts:1: an instance has 'prot', but takes only id, address, port and zone"]),
    Row(
      "[{\"address\": \"10.0.1.5\",\n\"port\": 0}]", ["hosts:1: '0' is not a port: 1 to 65535"]),
    Row(
      "[{\"address\": [\"10.0.1.5\"]}]", ["hosts:1: address of an instance is not a single value"]),
  ])
  func whatIsWrongIsNamedWithItsLine(_ row: Row<[String]>) {
    #expect(problems(Array(row.input.utf8)) == row.output)
  }

  @Test(arguments: ["[", "[\"10.0.1.5\",", "[\n{\"address\": \"10.0.1.5\"", "[\n\"10.0.1"])
  func truncatedJSONIsNotReadAsFarAsItGoes(_ text: String) {
    let problems = problems(Array(text.utf8))
    #expect(problems.count == 1)
    #expect(problems.first?.contains("is not JSON") == true, "\(problems)")
  }

  @Test func otherEncodingsAreCalledByTheirNames() {
    let utf16 = Array("10.0.1.5\n".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    #expect(problems(utf16) == ["hosts:1: the text is UTF-16"])
    #expect(problems([0xFF, 0xFE] + utf16) == ["hosts:1: the text is UTF-16"])
    #expect(problems(Array("a\nb\n".utf8) + [0xC3, 0x28]) == ["hosts:3: the text is not UTF-8"])
    #expect(problems([0xE9]) == ["hosts:1: the text is not UTF-8"])
  }

  @Test func aHundredThousandLinesAreRead() throws {
    var text = ""
    for index in 0..<100_000 {
      text += "10.\(index >> 16 & 0xFF).\(index >> 8 & 0xFF).\(index & 0xFF)\n"
    }
    let specs = try InstancesFile.read(Array(text.utf8), path: "hosts")
    #expect(try InstanceSpec.instances(specs, on: .number(80)).count == 100_000)
  }

  @Test func ofManyMistakesTheFirstTwentyAreNamed() {
    let text = String(repeating: "not an address\n", count: 100_000)
    #expect(problems(Array(text.utf8)).count == 20)
  }

  @Test func aFileThatIsTooLargeIsNotRead() {
    let bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: 16 * 1_048_576 + 1)
    #expect(problems(bytes) == ["hosts:1: the file is larger than 16 MiB"])
  }
}
