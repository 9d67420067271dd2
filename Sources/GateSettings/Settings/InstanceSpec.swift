package import GateCore
internal import GateText

/// An instance as the user writes it: `10.0.1.5`, `10.0.1.6:8080`, `[2001:db8::5]:80`,
/// `web-3=10.0.1.7`.
package struct InstanceSpec: Hashable, Sendable {
  /// The name given with it; nil: it is called as it is written.
  package var id: String?
  package var address: NetworkAddress
  package var port: Int?
  package var zone: String?
  /// Where it stands.
  package var origin: SettingOrigin?
}

extension InstanceSpec {
  /// Reads one instance.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    guard !text.isEmpty else {
      throw GrammarError(
        "the list of instances has an empty entry", hint: "is there an extra comma?")
    }
    if let url = URLParts(text[...]) {
      throw GrammarError(
        "\(text.shown) is a URL, not an instance",
        hint:
          "give the instance as \(url.place) and what to check as --target, or the URL by "
          + "itself: healthgate http://10.0.1.5/health")
    }
    if let hint = Self.hint(for: text) {
      throw GrammarError("\(text.shown) is not an instance", hint: hint)
    }
    let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let place = halves[halves.count - 1].trimmed
    self.init(
      id: halves.count == 2 ? try Self.checkedID(halves[0].trimmed, in: text) : nil,
      address: try NetworkAddress(parsing: Self.host(of: place)),
      port: try Self.port(of: place))
  }

  /// What to do about a list that is written otherwise, or the name of its file.
  private static func hint(for text: String) -> String? {
    let place = text.split(separator: "=").last.map { String($0).trimmed } ?? text
    if ["@", "/", "./", "../", "~/"].contains(where: place.hasPrefix) || place.fileEnding != nil {
      return "a file of instances goes to --instances-file"
    }
    if place.contains(where: { ";|".contains($0) || $0.isWhitespace }) {
      return "separate instances with commas, or with line ends in a file"
    }
    guard let slash = place.firstIndex(of: "/") else { return nil }
    return place[place.index(after: slash)...].asWholeNumber != nil
      ? "a network is not a list of instances: list each one"
      : "give the instance as \(place[..<slash].printable), and the path with --target"
  }

  /// One of each form.
  static let examples = "10.0.1.5,10.0.1.6:8080,[2001:db8::5]:80,web-3=10.0.1.7"

  /// A name that can stand in a line of the journal and in a message.
  ///
  /// - Throws: `GrammarError`, when it is empty, too long, has blanks or control characters, or is
  ///   a command.
  package static func checkedID(
    _ id: String, in text: String
  ) throws(GrammarError) -> String {
    guard !id.isEmpty else { throw GrammarError("\(text.shown) has no name before the '='") }
    if let fault = OutsideName.instance.fault(in: id) { throw GrammarError(fault) }
    return id
  }

  /// A zone that can stand in a line of a report.
  ///
  /// - Throws: `GrammarError`, when it is too long, or has control characters.
  static func checkedZone(_ zone: String) throws(GrammarError) -> String {
    if let fault = OutsideName.zone.fault(in: zone) { throw GrammarError(fault) }
    return zone
  }

  private static func host(of place: String) -> Substring {
    guard let colon = portColon(of: place) else { return place[...] }
    return place[..<colon]
  }

  private static func port(of place: String) throws(GrammarError) -> Int? {
    guard let colon = portColon(of: place) else { return nil }
    let text = place[place.index(after: colon)...]
    guard let port = text.asWholeNumber, (1...65_535).contains(port) else {
      throw GrammarError("\(String(text).shown) in \(place.shown) is not a port: 1 to 65535")
    }
    return port
  }

  /// The colon before the port; an IPv6 address without brackets has no port.
  private static func portColon(of place: String) -> String.Index? {
    if place.hasPrefix("[") {
      guard let bracket = place.lastIndex(of: "]") else { return nil }
      let after = place.index(after: bracket)
      return after < place.endIndex && place[after] == ":" ? after : nil
    }
    guard let first = place.firstIndex(of: ":"), place.lastIndex(of: ":") == first else {
      return nil
    }
    return first
  }
}

extension InstanceSpec: CustomStringConvertible {
  /// As it can be read again.
  package var description: String { (id.map { "\($0)=" } ?? "") + place }

  /// The same without the name.
  package var place: String {
    guard let port else { return address.text }
    return "\(address.text.contains(":") ? "[\(address.text)]" : address.text):\(port)"
  }
}
