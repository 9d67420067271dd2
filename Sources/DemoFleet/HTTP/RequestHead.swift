/// The request line and the fields of an HTTP/1.x request.
///
/// Source: RFC 9112, sections 3 and 5.
struct RequestHead: Equatable {
  let method: String
  let target: String
  private(set) var fields: [Field] = []

  struct Field: Equatable {
    var name: String
    var value: String
  }

  /// The bytes cannot be part of a request.
  struct Malformed: Error {}

  /// Reads `method SP request-target SP HTTP-version`.
  ///
  /// - Throws: `Malformed` if the line has another form.
  init(line: [UInt8]) throws(Malformed) {
    let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count == 3, Self.isToken(words[0]), Self.isVisible(words[1]),
      Self.isVersion1(words[2])
    else { throw Malformed() }
    method = String(decoding: words[0], as: UTF8.self)
    target = String(decoding: words[1], as: UTF8.self)
  }

  /// Reads another `field-name ":" OWS field-value OWS`.
  ///
  /// - Throws: `Malformed` if the line has another form, has white space before the colon (section
  ///   5.1), or is folded (5.2).
  mutating func addField(line: [UInt8]) throws(Malformed) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), Self.isToken(line[..<colon])
    else { throw Malformed() }
    let value = Self.trimmed(line[(colon + 1)...])
    fields.append(
      Field(
        name: String(decoding: line[..<colon], as: UTF8.self),
        value: String(decoding: value, as: UTF8.self)))
  }

  /// The values of the fields with this name; the case of the name does not matter.
  func values(of name: String) -> [String] {
    fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
  }

  // MARK: - Characters

  /// Whether the byte can be part of a method or a field's name.
  ///
  /// Source: RFC 9110, section 5.6.2.
  static func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  private static func isToken(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy(isTokenCharacter)
  }

  private static func isVisible(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { $0 > UInt8(ascii: " ") }
  }

  private static func isVersion1(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.elementsEqual("HTTP/1.1".utf8) || bytes.elementsEqual("HTTP/1.0".utf8)
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isWhiteSpace(_ byte: UInt8) -> Bool { " \t".utf8.contains(byte) }
    guard let last = bytes.lastIndex(where: { !isWhiteSpace($0) }) else { return [] }
    return bytes[...last].drop(while: isWhiteSpace)
  }
}
