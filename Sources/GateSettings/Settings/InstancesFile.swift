import GateCore
internal import GateText

/// The content of an `instances_file`: one instance per line, or a JSON array.
package enum InstancesFile {
  /// Reads the instances; `path` is the file's name in messages.
  ///
  /// A line has the notation of an item of `instances`; empty lines and those after `#` are
  /// skipped. An item of the array is such a text, or an object with `address`, and optionally
  /// `id`, `port`, `zone`.
  ///
  /// - Throws: `SettingsError` with the errors in the file and their lines, at most twenty.
  package static func read(_ bytes: [UInt8], path: String) throws(SettingsError) -> [InstanceSpec] {
    let text = try decodedText(bytes, of: path, atMost: largestFile)
    var reading = Reading(path: path)
    if looksLikeJSON(text) {
      try refuseDoubtful(text, of: path)
      // Parsed as YAML, of which JSON is a subset, each item has its line.
      reading.read(try yamlRoot(of: text, as: "JSON", path: path))
    } else {
      reading.read(lines: text)
    }
    guard reading.problems.isEmpty else { throw SettingsError(reading.problems) }
    guard !reading.specs.isEmpty else {
      throw SettingsError(
        content: "the file lists no instances", hint: "write one address per line", of: path)
    }
    return reading.specs
  }

  package static let largestFile = 16 * 1_048_576

  fileprivate static let forms =
    "10.0.1.5, 10.0.1.6:8080, [2001:db8::5]:80 or web-3=10.0.1.7, one per line; JSON is an array "
    + "of these or of objects with an address"

  /// Refuses JSON that readers interpret differently.
  ///
  /// - Throws: `SettingsError`
  private static func refuseDoubtful(_ text: String, of path: String) throws(SettingsError) {
    let bytes = Array(text.utf8)
    do throws(JSONError) {
      _ = try JSONValue(parsing: bytes, atMost: largestFile)
    } catch {
      let line = bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
      throw SettingsError(
        content: error.words(of: "the file"), hint: "an instance is written \(forms)", of: path,
        line: line)
    }
  }

  /// Whether the text is JSON; a line may also begin with `[` and the digit or colon of an IPv6
  /// address.
  private static func looksLikeJSON(_ text: String) -> Bool {
    let marks = text.utf8.lazy.filter { !" \t\r\n".utf8.contains($0) }.prefix(2)
    switch (marks.first, marks.dropFirst().first) {
    case (UInt8(ascii: "{"), _): return true
    case (UInt8(ascii: "["), nil): return true
    case (UInt8(ascii: "["), let next?): return "\"{[]".utf8.contains(next)
    default: return false
    }
  }

  /// The state of reading a file.
  private struct Reading {
    let path: String
    var specs: [InstanceSpec] = []
    var problems: [SettingProblem] = []

    private var hasEnough: Bool { problems.count >= SettingsError.mostOfOneKind }

    mutating func read(lines text: String) {
      // Bytes are used because a carriage return and a line feed are one `Character`.
      let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() where !hasEnough {
        let content = Substring(line).trimmed
        guard !content.isEmpty, !content.hasPrefix("#") else { continue }
        let item = content.prefix { $0 != "#" }.trimmed
        add(line: index + 1) { () throws(GrammarError) in try InstanceSpec(parsing: item) }
      }
    }

    mutating func read(_ root: YAMLNode?) {
      guard case .sequence(let items)? = root?.content else {
        return complain("the file is JSON, but not an array", line: root?.line ?? 1)
      }
      for item in items where !hasEnough {
        switch item.content {
        case .scalar(let text, isPlain: false):
          add(line: item.line) { () throws(GrammarError) in try InstanceSpec(parsing: text) }
        case .mapping(let pairs):
          add(line: item.line) { () throws(GrammarError) in try InstanceSpec(object: pairs) }
        case .scalar, .sequence:
          complain("an item is neither a string nor an object", line: item.line)
        }
      }
    }

    private mutating func add(
      line: Int, _ spec: () throws(GrammarError) -> InstanceSpec
    ) {
      do throws(GrammarError) {
        var spec = try spec()
        spec.origin = .file(path: path, line: line)
        specs.append(spec)
      } catch {
        complain(error.description, line: line)
      }
    }

    private mutating func complain(_ sentence: String, line: Int) {
      problems.append(
        SettingProblem(
          .content(sentence, hint: "an instance is written \(InstancesFile.forms)"),
          at: .file(path: path, line: line)))
    }
  }
}

extension InstanceSpec {
  /// Reads `{"id": "web-3", "address": "10.0.1.7", "port": 8080, "zone": "eu-west-1a"}`.
  ///
  /// - Throws: `GrammarError`
  fileprivate init(object pairs: [YAMLNode.Pair]) throws(GrammarError) {
    var texts: [String: String] = [:]
    for pair in pairs {
      guard let name = pair.name.scalar, ["id", "address", "port", "zone"].contains(name) else {
        throw GrammarError(
          "an instance has \((pair.name.scalar ?? "an odd key").shown), but takes only "
            + "id, address, port and zone")
      }
      guard let text = pair.value.scalar else {
        throw GrammarError("\(name) of an instance is not a single value")
      }
      if !pair.value.isNull { texts[name] = text }
    }
    guard let address = texts["address"] else { throw GrammarError("an instance has no address") }
    self.init(address: try NetworkAddress(parsing: address))
    if let zone = texts["zone"] { self.zone = try Self.checkedZone(zone) }
    if let id = texts["id"] { self.id = try Self.checkedID(id, in: id) }
    if let text = texts["port"] {
      guard let port = text.asWholeNumber, (1...65_535).contains(port) else {
        throw GrammarError("\(text.shown) is not a port: 1 to 65535")
      }
      self.port = port
    }
  }
}

extension SettingsError {
  /// The most errors of one file or list that are reported.
  static let mostOfOneKind = 20
}
