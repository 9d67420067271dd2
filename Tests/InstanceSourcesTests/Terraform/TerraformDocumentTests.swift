import Testing

@testable import InstanceSources

@Suite struct TerraformDocumentTests {
  @Test func childModulesAreReadToTheirDepth() throws {
    let addresses = try terraformSample("state.json").resources.map(\.address)
    #expect(addresses.contains(#"module.edge["green"].module.health.aws_lb_target_group.tcp"#))
    #expect(addresses.count == 16)
  }

  @Test func aDeposedObjectIsNotThere() throws {
    let document = try terraformSample("state-halfway.json")
    #expect(document.resources.count { $0.address == "aws_autoscaling_group.web" } == 1)
  }

  struct BadFile: CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var message: String

    init(_ name: String, _ bytes: some Sequence<UInt8>, _ message: String) {
      testDescription = name
      self.bytes = Array(bytes)
      self.message = message
    }
  }

  static let badFiles: [BadFile] = [
    BadFile("empty", [], "f is empty"),
    BadFile("blank", " \r\n".utf8, "f is empty"),
    BadFile("a word", "null".utf8, "f cannot be read as output of 'terraform show -json'"),
    BadFile(
      "text", "No state.".utf8,
      "f cannot be read as output of 'terraform show -json': it is not JSON"),
    BadFile("an array", "[]".utf8, "f cannot be read as output of 'terraform show -json'"),
    BadFile("other JSON", #"{"values": 3, "planned_values": "x"}"#.utf8, "f is JSON, but not what"),
    BadFile(
      "the state file", #"{"version":4,"serial":3,"resources":[]}"#.utf8,
      "f is Terraform's own state file"),
    BadFile("a saved plan", "PK\u{3}\u{4}xyz".utf8, "f is a saved plan"),
    BadFile(
      "a later format", #"{"format_version":"2.0","values":{"root_module":{}}}"#.utf8,
      "f has the format version 2.0, but only 0.1 to 1.x are supported"),
    BadFile("an empty state", #"{"format_version":"1.0"}"#.utf8, "f has no resources"),
    BadFile(
      "two documents", #"{"format_version":"1.0"}{"format_version":"1.0"}"#.utf8,
      "f cannot be read as output of 'terraform show -json': it is not JSON, or is incomplete"),
    BadFile(
      "Latin-1",
      Array(#"{"format_version":"1.0","values":{"root_module":{"resources":[{"address":"a"#.utf8)
        + [0xE9] + Array(#"","type":"aws_elb"}]}}}"#.utf8),
      "f cannot be read as output of 'terraform show -json'"),
    BadFile(
      "a resource that is a number",
      #"{"format_version":"1.0","values":{"root_module":{"resources":[7]}}}"#.utf8,
      "f cannot be read as output of 'terraform show -json': values.root_module.resources[0] is of the wrong type"
    ),
    BadFile(
      "a resource without an address",
      #"{"format_version":"1.0","values":{"root_module":{"resources":[{"type":"x"}]}}}"#.utf8,
      "values.root_module.resources[0] has no address"),
    BadFile(
      "modules without end",
      (#"{"format_version":"1.0","values":{"root_module":"#
        + String(repeating: #"{"child_modules":["#, count: 100_000)).utf8,
      "f cannot be read as output of 'terraform show -json'"),
  ]

  @Test(arguments: badFiles)
  func whatIsNotOfTerraformSaysWhatItIs(file: BadFile) {
    let error = #expect(throws: TerraformError.self) {
      try TerraformDocument(parsing: file.bytes, path: "f")
    }
    #expect(error?.message.contains(file.message) == true, "\(error?.message ?? "")")
    #expect(error?.isAboutContent == true)
    #expect(error?.hint.isEmpty == false)
    #expect(error?.message.utf8.count ?? 0 < 500)
  }

  @Test func aFileThatIsCutOffAnywhereIsRefused() throws {
    let bytes = try terraformBytes("plan-bluegreen.json")
    for length in stride(from: 0, to: bytes.count - 2, by: 997) {
      #expect(throws: TerraformError.self) {
        try TerraformDocument(parsing: Array(bytes.prefix(length)), path: "f")
      }
    }
  }

  @Test func aHugeFileIsRefusedUnread() {
    let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 128 * 1_048_576 + 1)
    #expect(throws: TerraformError.unreadable(path: "f", detail: .tooLarge(mebibytes: 128))) {
      try TerraformDocument(parsing: bytes, path: "f")
    }
  }

  @Test func theUTF16OfPowerShellIsRead() throws {
    let text = String(decoding: try terraformBytes("state.json"), as: UTF8.self)
    let units = [0xFEFF] + Array(text.utf16)
    let bytes = units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    #expect(
      try TerraformDocument(parsing: bytes, path: "f").resources
        == terraformSample("state.json").resources)
  }
}
