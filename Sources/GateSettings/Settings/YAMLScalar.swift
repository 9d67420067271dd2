internal import GateCore

/// A text as a YAML scalar on one line, with quotes only if it would be read differently without.
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
    // Two begin a command to a CI system, anywhere in a line of its log.
    case "#" where before == "#": quoted += "\\u0023"
    case "\"": quoted += "\\\""
    case "\\": quoted += "\\\\"
    case "\n": quoted += "\\n"
    case "\r": quoted += "\\r"
    case "\t": quoted += "\\t"
    case _ where scalar.isShownByNumber && scalar.value <= 0xFFFF:
      quoted += "\\u\(hex(scalar, digits: 4))"
    // This is YAML but not JSON; the program's own texts never need it.
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

/// Whether every reader of YAML reads the text without quotes as the same text or number.
private func isPlainScalar(_ text: String) -> Bool {
  guard let first = text.utf8.first, text.utf8.allSatisfy(isPlain) else { return false }
  let beginsPlainly = first.isAlphanumeric || first == UInt8(ascii: "/")
  return beginsPlainly && !text.hasSuffix(":") && !words.contains(text.lowercased())
}

/// Whether a byte needs no quotes; without blanks neither `: ` nor ` #` can occur.
private func isPlain(_ byte: UInt8) -> Bool {
  byte.isAlphanumeric || "/.:_-+=%@~?;$^*".utf8.contains(byte)
}

/// Words that YAML 1.1 or 1.2 does not read as text.
private let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
