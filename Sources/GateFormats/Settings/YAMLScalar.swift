/// A text as a YAML scalar on one line, in quotes only where it would be read as something else.
func yamlScalar(_ text: String) -> String {
  isPlainScalar(text) ? text : quotedScalar(text)
}

/// A text as a JSON string, which is a YAML scalar too.
func quotedScalar(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": quoted += "\\\""
    case "\\": quoted += "\\\\"
    case "\n": quoted += "\\n"
    case "\r": quoted += "\\r"
    case "\t": quoted += "\\t"
    case _ where scalar.isShownByNumber && scalar.value <= 0xFFFF:
      let digits = String(scalar.value, radix: 16)
      quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
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
