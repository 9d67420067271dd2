import GateCore
import Testing

@testable import GateSettings

@Suite struct SettingsFileTests {
  @Test func eachValueHasItsLine() {
    let yaml = """
      # the gate of web
      target: HTTP:80/health

      interval: 15s
      expect_version: 1.10
      header:
        - "X-Env: blue"
        - X-Trace: on
        # a list of one
        - 'X-Empty;'
      expect_header: { Content-Type: text/html, X-Empty: "" }
      instances:
        - 10.0.1.5
        - "[2001:db8::5]:80"
      strict: true
      """
    let raw = RawSettings(file: Array(yaml.utf8), path: "gate.yaml")
    #expect(raw.problems.isEmpty)
    func texts(_ key: SettingKey) -> [String] {
      raw.values[key, default: []].map { "\($0.origin) \($0.text)" }
    }
    #expect(texts(.target) == ["gate.yaml:2 HTTP:80/health"])
    #expect(texts(.interval) == ["gate.yaml:4 15s"])
    #expect(texts(.expectVersion) == ["gate.yaml:5 1.10"])
    #expect(
      texts(.header) == [
        "gate.yaml:7 X-Env: blue", "gate.yaml:8 X-Trace: on", "gate.yaml:10 X-Empty;",
      ])
    #expect(
      texts(.expectHeader) == ["gate.yaml:11 Content-Type=text/html", "gate.yaml:11 X-Empty="])
    #expect(texts(.instances) == ["gate.yaml:13 10.0.1.5", "gate.yaml:14 [2001:db8::5]:80"])
    #expect(texts(.strict) == ["gate.yaml:15 true"])
  }

  @Test func aMappingOfHeadersSaysTheSameAsAList() {
    let mapping = RawSettings(file: Array("header:\n  A: 1\n  B: ''\n".utf8), path: "g")
    let list = RawSettings(file: Array("header:\n  - 'A: 1'\n  - B;\n".utf8), path: "g")
    #expect(mapping.values == list.values)
  }

  @Test func jsonIsAPartOfYAML() {
    let json = "{\n\t\"target\": \"HTTP:80/health\",\n\t\"strict\": true,\n\t\"interval\": 15\n}\n"
    let raw = RawSettings(file: Array(json.utf8), path: "g")
    #expect(raw.problems.isEmpty)
    #expect(raw.values[.interval] == [SettingText("15", at: .file(path: "g", line: 4))])
  }

  @Test(arguments: ["", "\n\n", "# nothing\n", "---\n", "null", "{}", "\u{FEFF}# nothing\n"])
  func aFileMayBeEmpty(_ yaml: String) {
    #expect(RawSettings(file: Array(yaml.utf8), path: "g") == RawSettings())
  }

  @Test(arguments: [
    Row("timeot: 5", ["gate.yaml:1: timeot is not a setting"]),
    Row(
      "soak:\ninterval: ~",
      ["gate.yaml:1: soak has no value", "gate.yaml:2: interval has no value"]),
    Row(
      "interval: {a: 1}", ["gate.yaml:1: interval is a mapping, but takes a duration such as 15s"]),
    Row("\nexpected: [3]", ["gate.yaml:2: expected is a list, but takes a number"]),
    Row("strict: [a]", ["gate.yaml:1: strict is a list, but takes true or false"]),
    Row(
      "format: {json: text}",
      ["gate.yaml:1: format is a mapping, but takes one of auto, json, text"]),
    Row(
      "connect_to: {a: b}", ["gate.yaml:1: connect_to is a mapping, but takes a string"]),
    Row(
      "connect_to:\n - - a", ["gate.yaml:2: an item of connect_to is a list, but takes one value"]),
    Row("header:\n  A: [1]", ["gate.yaml:2: an item of header is a list, but takes one value"]),
    Row("header:\n  A:", ["gate.yaml:2: A of header has no value"]),
    Row("header:\n  -\n", ["gate.yaml:2: an item of header has no value"]),
    Row("instances: []", ["gate.yaml:1: instances has no value"]),
    Row("soak: 1\nsoak: 2", ["gate.yaml:2: soak is given twice"]),
    Row("soak: 1\n\"soak\": 2\n", ["gate.yaml:2: soak is given twice"]),
    Row("soak: 1\n---\nsoak: 2", ["gate.yaml:2: the file has more than one YAML document"]),
    Row("just words", ["gate.yaml:1: the file is a single value, not a mapping of settings"]),
    Row("- soak: 1", ["gate.yaml:1: the file is a list, not a mapping of settings"]),
    Row("? [a]\n: 1", ["gate.yaml:1: the name of a setting is a list"]),
    Row(
      "soak: 1\ninterval: [1\ntimeout: 2",
      ["gate.yaml:3: the file is not YAML: did not find expected ',' or ']'"]),
    Row(
      "soak: 1\n\tinterval: 2",
      ["gate.yaml:2: the file is not YAML: the line is indented with a tab"]),
    Row(
      "soak: 1\nhost: \"a", ["gate.yaml:2: the file is not YAML: found unexpected end of stream"]),
    Row("soak: 1\nhost: \u{1}", ["gate.yaml:2: the file is not YAML: it has a control character"]),
    Row("Soak: 1", ["gate.yaml:1: Soak is not a setting"]),
  ])
  func aBadFileIsNamedWithItsLine(_ row: Row<[String]>) {
    #expect(readingProblems(row.input) == row.output)
  }

  @Test(arguments: [
    "host: &a web\nserver_name: *a",
    "host: &a web",
    "&a {host: web}",
    "&a host: web",
    "header: &a [x]",
    "header: [&a x]",
    "header: {&a x: y}",
    "base: &base {soak: 1}\n<<: *base",
    "host: *nowhere",
    "a: &a [x,x]\nb: &b [*a,*a]\n? *b\n: 1",
  ])
  func anchorsAndAliasesAreNotAccepted(_ yaml: String) {
    let problems = readingProblems(yaml)
    #expect(problems.contains { $0.hasSuffix("anchors and aliases are not accepted") })
  }

  @Test(arguments: ["expect_body: foo&bar.*bar", "user_agent: 'a &b *c'", "host: a*b"])
  func aTextMayHaveAnAmpersandAndAStar(_ yaml: String) {
    #expect(readingProblems(yaml) == [])
  }

  @Test func aBombOfAliasesDoesNotGoOff() {
    // Nine to the ninth leaves, were it not for its first line.
    var yaml = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    for level in 1...9 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",")
      yaml += "a\(level): &a\(level) [\(aliases)]\n"
    }
    yaml += "? *a9\n: x\n"
    #expect(readingProblems(yaml) == ["gate.yaml:1: anchors and aliases are not accepted"])
  }

  @Test(arguments: ["[", "{a: ", "- ", "? ", "{? ", "[[],"])
  func aDeepNestDoesNotOverflow(_ opening: String) {
    let yaml = "soak: " + String(repeating: opening, count: 1_000_000 / opening.utf8.count)
    #expect(readingProblems(yaml).count == 1)
    #expect(readingProblems(String(yaml.dropFirst(6))).count == 1)
  }

  @Test func otherEncodingsAndOtherFilesAreRefused() {
    let utf16 = Array("soak: 1\n".utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    #expect(readingProblems([0xFE, 0xFF] + utf16) == ["gate.yaml:1: the text is UTF-16"])
    #expect(readingProblems(utf16) == ["gate.yaml:1: the text is UTF-16"])
    #expect(
      readingProblems(Array("soak: 1\nhost: ".utf8) + [0xFC]) == [
        "gate.yaml:2: the text is not UTF-8"
      ])
    let large = [UInt8](repeating: UInt8(ascii: "#"), count: 1_048_577)
    #expect(readingProblems(large) == ["gate.yaml:1: the file is larger than 1 MiB"])
  }

  @Test func aFileOfNoiseIsAnErrorAndNothingWorse() {
    let alphabet = Array("abk:-?[]{}&*#\n \"'|>%@!,\t1~".utf8)
    var state: UInt64 = 2026
    for _ in 0..<2000 {
      let bytes = (0..<60).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return alphabet[Int(state >> 33) % alphabet.count]
      }
      _ = RawSettings(file: bytes, path: "noise")
    }
  }
}
