import Testing

@testable import InstanceSources

@Suite struct SharedFileTests {
  struct Row: CustomTestStringConvertible {
    var testDescription: String
    var text: String
    /// `section/name` or `section/owner/name`.
    var expected: [String: String]

    init(_ name: String, _ text: String, _ expected: [String: String]) {
      (testDescription, self.text, self.expected) = (name, text, expected)
    }
  }

  @Test(arguments: [
    Row("empty", "", [:]),
    Row("comments", "# a\n; b\n\n[default]\n# c\nregion = x\n", ["default/region": "x"]),
    Row(
      "blanks", "[default]\n  region=x\n  output  =  y  \n",
      ["default/region": "x", "default/output": "y"]),
    Row(
      "a value that goes on", "[default]\nregion=x\n  output = y\na=b\n",
      ["default/region": "x", "default/a": "b"]),
    Row("CR LF and a mark", "\u{FEFF}[default]\r\nregion = x\r\n", ["default/region": "x"]),
    Row("a colon", "[default]\nregion: x\n", ["default/region": "x"]),
    Row("names in capitals", "[default]\nREGION = X\n", ["default/region": "X"]),
    Row("equals signs in a value", "[default]\na = b=c==\n", ["default/a": "b=c=="]),
    Row("a comment after a value is the value", "[default]\na = b # c\n", ["default/a": "b # c"]),
    Row("quoted names", "[profile  \"my dev\"]\na=1\n", ["profile my dev/a": "1"]),
    Row("tabs", "[profile\tdev]\na=1\n", ["profile dev/a": "1"]),
    Row("what follows a heading", "[default] ; mine\na=1\n", ["default/a": "1"]),
    Row("a section twice", "[a]\nx=1\ny=1\n[b]\n[a]\nx=2\n", ["a/x": "2", "a/y": "1"]),
    Row("the last of two", "[a]\nx=1\nx=2\n", ["a/x": "2"]),
    Row(
      "nested settings", "[services s]\nec2 =\n  endpoint_url = http://h:1\nsts =\n  a = b\n",
      [
        "services s/ec2/endpoint_url": "http://h:1", "services s/sts/a": "b", "services s/ec2": "",
        "services s/sts": "",
      ]),
    Row(
      "a heading without its end quote", "[a]\nx=1\n[profile \"b]\ny=1\nno pair\n[c]\nz=1\n",
      ["a/x": "1", "c/z": "1"]),
  ])
  func aFileIsReadAsTheCommandLineReadsIt(_ row: Row) throws {
    let file = try SharedFile(parsing: Array(row.text.utf8), path: "/f")
    var found: [String: String] = [:]
    for (heading, content) in file.sections {
      let section = heading.joined(separator: " ")
      for (name, value) in content.values { found["\(section)/\(name)"] = value }
      for (owner, values) in content.nested {
        for (name, value) in values { found["\(section)/\(owner)/\(name)"] = value }
      }
    }
    #expect(found == row.expected)
  }

  @Test(arguments: [
    ("region = x\n", "line 1 of /f comes before any [section]"),
    ("[default\nregion = x\n", "line 1 of /f is not a complete [section]"),
    ("[]\n", "line 1 of /f is not a complete [section]"),
    ("[a]\ns3 =\n  s3cr3t\n", "line 3 of /f is under s3, but is not NAME = VALUE"),
    ("[default]\ns3cr3t\n", "line 2 of /f is neither a [section] nor NAME = VALUE"),
    ("[default]\n= s3cr3t\n", "line 2 of /f is neither a [section] nor NAME = VALUE"),
  ])
  func aMistakeIsNamedByItsLineAndNotQuoted(_ text: String, _ message: String) {
    let error = #expect(throws: SourceError.self) {
      try SharedFile(parsing: Array(text.utf8), path: "/f")
    }
    #expect(error?.message == message)
    #expect(error?.hint.contains("AWS_CONFIG_FILE") == true)
  }

  @Test func aFileThatIsNotUTF8IsRefused() {
    #expect(throws: SourceError.self) { try SharedFile(parsing: [0x5B, 0xFF, 0x5D], path: "/f") }
  }
}

@Suite struct CommandWordsTests {
  @Test(arguments: [
    ("a b", ["a", "b"]), ("  a\t b  ", ["a", "b"]), ("'a b' c", ["a b", "c"]),
    (#""a \"b\" \n""#, [#"a "b" \n"#]), (#"a\ b"#, ["a b"]), ("a''b \"\"", ["ab", ""]), ("", []),
    ("$(x) `y`", ["$(x)", "`y`"]),
  ])
  func aLineIsSplitAsAShellSplitsIt(_ line: String, _ words: [String]) {
    #expect(commandWords(line) == words)
  }

  @Test(arguments: ["'a", "\"a", "a\\"])
  func anOpenQuotationIsNoLine(_ line: String) {
    #expect(commandWords(line) == nil)
  }
}

@Suite struct EpochSecondsTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2026-05-05T10:00:00Z", 1_777_975_200),
    ("2024-02-29T23:59:59Z", 1_709_251_199), ("2026-05-05T10:00:00.123456Z", 1_777_975_200),
    ("2026-05-05T12:00:00+02:00", 1_777_975_200), ("2026-05-05T05:30:00-0430", 1_777_975_200),
    ("2000-03-01T00:00:00Z", 951_868_800),
  ])
  func aTimeIsRead(_ text: String, _ seconds: Int64) {
    #expect(epochSeconds(text) == seconds)
  }

  @Test(arguments: [
    "", "2026-05-05", "2026-13-05T10:00:00Z", "2026-05-05T10:00:00", "2026-05-05T10:00:00Zx",
    "2026-05-05T24:00:00Z", "now", "1777975200", "２026-05-05T10:00:00Z",
  ])
  func otherTextIsNoTime(_ text: String) {
    #expect(epochSeconds(text) == nil)
  }
}
