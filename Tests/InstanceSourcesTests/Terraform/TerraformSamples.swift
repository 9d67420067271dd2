import FoundationEssentials
import Testing

@testable import InstanceSources

/// A file that Terraform 1.x printed with the AWS provider 5.100, in Samples; trimmed.
func terraformSample(_ name: String) throws -> TerraformDocument {
  try TerraformDocument(parsing: try terraformBytes(name), path: name)
}

func terraformBytes(_ name: String) throws -> [UInt8] {
  let tests = #filePath
  let folder = tests[..<(tests.lastIndex(of: "/") ?? tests.startIndex)]
  return Array(try Data(contentsOf: URL(filePath: "\(folder)/Samples/\(name)")))
}

/// A state of these resources, each as JSON without its braces.
func terraformState(_ resources: String...) throws -> TerraformDocument {
  let list = resources.map { "{\($0)}" }.joined(separator: ",")
  let text = #"{"format_version":"1.0","values":{"root_module":{"resources":[\#(list)]}}}"#
  return try TerraformDocument(parsing: Array(text.utf8), path: "state.json")
}

/// A resource of such a state.
func resource(_ address: String, _ values: String, mode: String = "managed") -> String {
  let type = address.split(separator: ".").suffix(2).first ?? ""
  return
    #""address":"\#(address)","mode":"\#(mode)","type":"\#(type)","values":{\#(values)}"#
}
