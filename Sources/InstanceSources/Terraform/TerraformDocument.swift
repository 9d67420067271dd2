internal import FoundationEssentials
internal import GateFormats

/// What `terraform show -json` prints: the objects of a state, or of a plan once it is applied.
package struct TerraformDocument: Hashable, Sendable {
  /// What messages call the file.
  package let path: String
  /// All but deposed objects, which are nobody's group any more.
  let resources: [TerraformResource]

  /// Reads the document.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: what messages call it.
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
    guard version.hasPrefix("1.") else {
      throw .formatVersion(shownLine(version, limit: 20))
    }
    guard let root = (wire.plannedValues ?? wire.values)?.root else { throw .noResources }
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

  /// What can be seen without reading it as JSON.
  private static func obviousProblem(of bytes: [UInt8]) -> TerraformError.Detail? {
    let start = bytes.lazy.filter { !" \t\r\n".utf8.contains($0) }.prefix(1)
    guard start.first != nil else { return .empty }
    guard bytes.count <= largestFile else { return .tooLarge(mebibytes: largestFile / 1_048_576) }
    return bytes.starts(with: "PK".utf8) ? .savedPlan : nil
  }
}

/// The top of the document; what stands here is all that is looked at.
private struct Wire {
  var formatVersion: String?
  var values: Values?
  var plannedValues: Values?
  var changes: [Change]
  /// Only Terraform's own state file has it.
  var serial: Int64?

  init(parsing bytes: [UInt8]) throws(TerraformError.Detail) {
    do {
      self = try JSONDecoder().decode(Wire.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw .malformed(error.inWords)
    } catch {
      throw .malformed("it is not JSON")
    }
  }
}

extension Wire: Decodable {
  private enum CodingKeys: String, CodingKey {
    case values, serial
    case formatVersion = "format_version"
    case plannedValues = "planned_values"
    case changes = "resource_changes"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    serial = try? container.decodeIfPresent(Int64.self, forKey: .serial)
    formatVersion = try container.decodeIfPresent(String.self, forKey: .formatVersion)
    // Other tools' JSON may have these names for something else.
    let isOfTerraform = formatVersion != nil
    values = isOfTerraform ? try container.decodeIfPresent(Values.self, forKey: .values) : nil
    plannedValues =
      isOfTerraform ? try container.decodeIfPresent(Values.self, forKey: .plannedValues) : nil
    changes =
      isOfTerraform ? try container.decodeIfPresent([Change].self, forKey: .changes) ?? [] : []
  }
}

private struct Values: Decodable {
  var root: Module?

  private enum CodingKeys: String, CodingKey { case root = "root_module" }
}

private struct Module: Decodable {
  var resources: [TerraformResource]?
  var children: [Module]?

  private enum CodingKeys: String, CodingKey {
    case resources
    case children = "child_modules"
  }

  /// In the order of the document.
  ///
  /// JSON that nests too deeply for this is refused as it is parsed.
  var all: [TerraformResource] { (resources ?? []) + (children ?? []).flatMap(\.all) }
}

/// What the apply of a plan would do to one object.
private struct Change: Decodable {
  var address: String
  var isDeposed: Bool
  var unknown: JSONValue

  private enum CodingKeys: String, CodingKey { case address, type, deposed, change }
  private enum ChangeKeys: String, CodingKey { case unknown = "after_unknown" }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    address = try container.decode(String.self, forKey: .address)
    isDeposed = try container.decodeIfPresent(String.self, forKey: .deposed) != nil
    let type = try container.decode(String.self, forKey: .type)
    guard TerraformResource.kind(of: type) != nil, container.contains(.change) else {
      unknown = .null
      return
    }
    let change = try container.nestedContainer(keyedBy: ChangeKeys.self, forKey: .change)
    unknown = try change.decodeIfPresent(JSONValue.self, forKey: .unknown) ?? .null
  }
}

extension DecodingError {
  /// What is wrong and where.
  fileprivate var inWords: String {
    switch self {
    case .keyNotFound(let key, let context):
      "\(Self.place(context.codingPath)) has no \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(Self.place(context.codingPath)) is not of the kind that it should be"
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      "it is not JSON, or not all of it"
    case .dataCorrupted(let context):
      "\(Self.place(context.codingPath)) is not what it should be"
    @unknown default: "it is not JSON"
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    let steps = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }
    let place = steps.joined().drop { $0 == "." }
    return place.isEmpty ? "its whole" : shownLine(place)
  }
}
