internal import GateSettings
internal import GateText

/// The output of `terraform show -json`: the objects of a state, or of a plan once it is applied.
package struct TerraformDocument: Hashable, Sendable {
  /// The file's name in messages.
  package let path: String
  /// All objects except for deposed ones, which no longer belong to a group.
  let resources: [TerraformResource]

  /// Reads the document.
  ///
  /// - Parameters: - bytes: the whole file. - path: the file's name in messages.
  /// - Throws: `TerraformError.unreadable`, with what the bytes are instead.
  package init(parsing bytes: [UInt8], path: String) throws(TerraformError) {
    self.path = path
    do {
      resources = try Self.resources(in: bytes)
    } catch {
      throw .unreadable(path: path, detail: error)
    }
  }

  private static func resources(
    in bytes: [UInt8]
  ) throws(TerraformError.Detail) -> [TerraformResource] {
    if let problem = obviousProblem(of: bytes) { throw problem }
    let wire = try Wire(parsing: bytes)
    guard let version = wire.formatVersion else {
      throw wire.serial == nil ? .otherJSON : .stateFile
    }
    // 0.1 and 0.2 are of Terraform 0.12 to 1.0, 1.x of all later ones and of OpenTofu; they do not
    // differ in what is read here. Source: terraform-json, `StateFormatVersionConstraints`.
    guard version.hasPrefix("1.") || version.hasPrefix("0.") else {
      throw .formatVersion(shownLine(version, limit: 20))
    }
    guard let root = wire.root else { throw .noResources }
    return resources(in: root, with: wire.changes)
  }

  private static func resources(
    in root: Module, with changes: [Change]
  ) -> [TerraformResource] {
    var unknown: [String: JSONValue] = [:]
    for change in changes where !change.isDeposed { unknown[change.address] = change.unknown }
    return root.all.filter { !$0.isDeposed }.map { resource in
      var resource = resource
      resource.unknown = unknown[resource.address] ?? .null
      return resource
    }
  }

  package static let largestFile = 128 * 1_048_576

  /// A problem that is visible without parsing the bytes as JSON; else nil.
  private static func obviousProblem(of bytes: [UInt8]) -> TerraformError.Detail? {
    let start = bytes.lazy.filter { !" \t\r\n".utf8.contains($0) }.prefix(1)
    guard start.first != nil else { return .empty }
    guard bytes.count <= largestFile else { return .tooLarge(mebibytes: largestFile / 1_048_576) }
    return bytes.starts(with: "PK".utf8) ? .savedPlan : nil
  }
}

/// The top level of the document; only these members are read.
private struct Wire {
  var formatVersion: String?
  /// The root module of a plan's values once it is applied, or else of a state's values.
  var root: Module?
  var changes: [Change]
  /// Only Terraform's own state file has this member.
  var serial: Int64?

  init(parsing bytes: [UInt8]) throws(TerraformError.Detail) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: asUTF8(bytes), atMost: 4 * TerraformDocument.largestFile)
    } catch {
      throw .malformed(
        error.problem == .malformed ? "it is not JSON, or is incomplete" : error.words(of: "it"))
    }
    do throws(JSONFieldError) {
      try self.init(JSONFields(value))
    } catch {
      throw .malformed(error.inWords)
    }
  }

  private init(_ fields: JSONFields) throws(JSONFieldError) {
    let serial: JSONValue? = try fields.find("serial")
    self.serial = serial?.integer
    formatVersion = try fields.find("format_version")
    // Other tools may use these names in JSON for something else.
    let isOfTerraform = formatVersion != nil
    let names: [JSONName] = isOfTerraform ? ["values", "planned_values"] : []
    for name in names {
      if let values: JSONFields = try fields.find(name) { root = try values.find("root_module") }
    }
    changes = isOfTerraform ? try fields.find("resource_changes") ?? [] : []
  }
}

/// The text in UTF-8: Windows PowerShell's `>` writes UTF-16, and other tools a byte order mark.
private func asUTF8(_ bytes: [UInt8]) -> [UInt8] {
  if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
  let isLittle = bytes.starts(with: [0xFF, 0xFE])
  guard isLittle || bytes.starts(with: [0xFE, 0xFF]), bytes.count.isMultiple(of: 2) else {
    return bytes
  }
  let units = stride(from: 2, to: bytes.count, by: 2).lazy.map { index in
    let (low, high) = isLittle ? (index, index + 1) : (index + 1, index)
    return UInt16(bytes[high]) << 8 | UInt16(bytes[low])
  }
  var text: [UInt8] = []
  text.reserveCapacity(bytes.count / 2)
  // Invalid UTF-16 becomes invalid UTF-8, and is refused as that.
  let isBroken = transcode(
    units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: true
  ) { text.append($0) }
  return isBroken ? text + [0xFF] : text
}

private struct Module: JSONObjectReadable {
  var resources: [TerraformResource]?
  var children: [Module]?

  init(_ fields: JSONFields) throws(JSONFieldError) {
    resources = try fields.find("resources")
    children = try fields.find("child_modules")
  }

  /// The resources in the order of the document.
  ///
  /// JSON that nests too deeply for recursion is refused by the parser.
  var all: [TerraformResource] { (resources ?? []) + (children ?? []).flatMap(\.all) }
}

/// The change that applying a plan makes to one object.
private struct Change: JSONObjectReadable {
  var address: String
  var isDeposed: Bool
  var unknown: JSONValue

  init(_ fields: JSONFields) throws(JSONFieldError) {
    address = try fields.want("address")
    let deposed: String? = try fields.find("deposed")
    isDeposed = deposed != nil
    let isOfUse = TerraformResource.kind(of: try fields.want("type")) != nil
    let change: JSONFields? = isOfUse ? try fields.find("change") : nil
    unknown = try change?.find("after_unknown") ?? .null
  }
}

extension JSONFieldError {
  /// What is wrong, and where.
  fileprivate var inWords: String {
    let place = place.isEmpty ? "the document" : shownLine(place)
    guard problem == .missing else { return "\(place) is of the wrong type" }
    // For a missing member, the object and the member's name.
    let parts = place.split(separator: ".")
    let object = parts.dropLast().joined(separator: ".")
    return "\(object.isEmpty ? "the document" : object) has no \(parts.last ?? "")"
  }
}
