extension String {
  /// The text with at most this many bytes; runs of blanks and unprintable characters become one
  /// blank.
  ///
  /// Text from the network can control a terminal or end a line; such characters are removed. It
  /// can also be a command to a CI system if it is printed to its log: `##vso[…]` and `##[…]`
  /// anywhere, `::set-output …::` at a beginning. Their two signs are separated.
  package func cleaned(to bytes: Int) -> String {
    guard !isPlain(within: bytes) else { return self }
    // The beginning is known only after unprintable characters are removed: a tab becomes a blank.
    let printable = printable(to: bytes)
    guard printable.beginsWithLogCommand else { return printable }
    return (": :" + printable.dropFirst(2)).printable(to: bytes)
  }

  /// Whether it is ASCII without anything to remove, like most texts.
  private func isPlain(within bytes: Int) -> Bool {
    var text = self
    return text.withUTF8 { text in
      guard text.count <= bytes, text.first != UInt8(ascii: ":") else { return false }
      var last = UInt8(ascii: " ")
      for byte in text {
        guard (0x20...0x7E).contains(byte) else { return false }
        if byte == last, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "#") { return false }
        last = byte
      }
      return last != UInt8(ascii: " ") || text.isEmpty
    }
  }

  private func printable(to bytes: Int) -> String {
    var printable = ""
    var size = 0
    var pending = false
    var last: Unicode.Scalar?
    for scalar in unicodeScalars {
      guard !scalar.isUnprintable else {
        pending = !printable.isEmpty
        continue
      }
      if scalar == "#", last == "#" { pending = true }
      size += UTF8.width(scalar) + (pending ? 1 : 0)
      guard size <= bytes else { break }
      if pending { printable.unicodeScalars.append(" ") }
      printable.unicodeScalars.append(scalar)
      (pending, last) = (false, scalar)
    }
    return printable
  }
}

extension StringProtocol {
  /// Whether it begins like `::error title=a::` or `::group::`, and not like an IPv6 address.
  package var beginsWithLogCommand: Bool {
    guard hasPrefix("::") else { return false }
    let rest = utf8.dropFirst(2)
    let name = rest.prefix { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "-")
    }
    let end = rest.dropFirst(name.count)
    return !name.isEmpty && (end.first == UInt8(ascii: " ") || end.starts(with: "::".utf8))
  }
}

extension Unicode.Scalar {
  /// Whether it moves, hides or reorders later text, or is a blank.
  fileprivate var isUnprintable: Bool {
    switch textEffect {
    case .blank, .unprintable: true
    case .letter, .mark, .selector: false
    }
  }
}
