internal import GateText

/// A text as a YAML scalar on one line, in quotes only where it would be read as something else.
func yamlScalar(_ text: String) -> String {
  isPlainScalar(text) ? text : quotedScalar(text)
}

/// A text as a JSON string, which is a YAML scalar too.
func quotedScalar(_ text: String) -> String {
  var quoted = "\""
  var before: Unicode.Scalar?
  for scalar in text.unicodeScalars {
    defer { before = scalar }
    switch scalar {
    // Two begin a command to a CI system, wherever they stand in a line of its log.
    case "#" where before == "#": quoted += "\\u0023"
    case "\"": quoted += "\\\""
    case "\\": quoted += "\\\\"
    case "\n": quoted += "\\n"
    case "\r": quoted += "\\r"
    case "\t": quoted += "\\t"
    case _ where scalar.isShownByNumber && scalar.value <= 0xFFFF:
      quoted += "\\u\(hex(scalar, digits: 4))"
    // No JSON: in no text of the program's own.
    case _ where scalar.isShownByNumber: quoted += "\\U\(hex(scalar, digits: 8))"
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}

private func hex(_ scalar: Unicode.Scalar, digits: Int) -> String {
  let text = String(scalar.value, radix: 16)
  return String(repeating: "0", count: digits - text.count) + text
}

/// Whether every reader of YAML takes the bare text for this very text, or for the number it is.
private func isPlainScalar(_ text: String) -> Bool {
  guard let first = text.utf8.first, text.utf8.allSatisfy(isPlain) else { return false }
  let beginsPlainly = isAlphanumeric(first) || first == UInt8(ascii: "/")
  return beginsPlainly && !text.hasSuffix(":") && !words.contains(text.lowercased())
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}

/// Without blanks neither `: ` nor ` #` can come about.
private func isPlain(_ byte: UInt8) -> Bool {
  isAlphanumeric(byte) || "/.:_-+=%@~?;$^*".utf8.contains(byte)
}

/// What YAML 1.1 or 1.2 reads as no text.
private let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
