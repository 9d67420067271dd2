extension String {
  /// At most so many bytes, with runs of blanks and of what cannot be printed as one blank.
  ///
  /// What comes from the network can drive a terminal or end a line; nothing of that is kept. It
  /// can be a command to a CI system, if only it is printed to its log, by whatever reads the
  /// verdict: `##vso[…]` and `##[…]` anywhere, `::set-output …::` at a beginning. The two signs are
  /// kept apart.
  package func cleaned(to bytes: Int) -> String {
    guard !isPlain(within: bytes) else { return self }
    // What it begins with is known only without what cannot be printed: a tab becomes a blank.
    let printable = printable(to: bytes)
    guard printable.beginsWithLogCommand else { return printable }
    return (": :" + printable.dropFirst(2)).printable(to: bytes)
  }

  /// Whether it is ASCII, of which all would be kept: most texts are.
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
  /// Whether it begins as `::error title=a::` or `::group::` does, and not as an IPv6 address.
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
  /// Whether it moves, hides or reorders what is printed after it, or is a blank.
  fileprivate var isUnprintable: Bool {
    switch textEffect {
    case .blank, .unprintable: true
    case .letter, .mark, .selector: false
    }
  }
}
