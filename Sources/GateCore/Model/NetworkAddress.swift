/// An address: a literal IPv4 or IPv6 address, or a host name.
package struct NetworkAddress: Hashable, Sendable {
  /// The address as written, without brackets.
  package var text: String
  /// A canonical form, which is equal for all spellings of one address or host name.
  ///
  /// An IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) is the IPv4 address. A host name is in lower
  /// case, without a trailing dot.
  package var canonical: String
  package var kind: Kind

  package enum Kind: Hashable, Sendable {
    case ipv4
    case ipv6
    case hostName
  }

  /// Reads an address without a port; an IPv6 address may have brackets.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing written: some StringProtocol) throws(GrammarError) {
    let isBracketed = written.hasPrefix("[") && written.hasSuffix("]")
    text = isBracketed ? String(written.dropFirst().dropLast()) : String(written)
    if isBracketed || text.contains(":") {
      guard let (groups, zone) = Self.ipv6(text) else {
        throw GrammarError("\(String(written).shown) is not an IPv6 address")
      }
      (canonical, kind) = (Self.spelled(groups) + zone, .ipv6)
    } else if Self.isMadeOfNumbers(text) {
      guard Self.ipv4(text) != nil else {
        throw GrammarError("\(text.shown) is not an IPv4 address: four numbers from 0 to 255")
      }
      (canonical, kind) = (text, .ipv4)
    } else {
      guard Self.isHostName(text) else {
        throw GrammarError("\(text.shown) is not an address or a host name")
      }
      let name = text.hasSuffix(".") ? text.dropLast() : text[...]
      (canonical, kind) = (name.lowercased(), .hostName)
    }
  }

  /// Whether the last label is a number, so that the text cannot be a host name.
  private static func isMadeOfNumbers(_ text: String) -> Bool {
    text.split(separator: ".").last?.asWholeNumber != nil
  }

  /// The four bytes; a leading zero is refused, because some programs read it as octal.
  private static func ipv4(_ text: some StringProtocol) -> [UInt16]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { part -> UInt16? in
      guard part.count == 1 || !part.hasPrefix("0"), let number = part.asWholeNumber else {
        return nil
      }
      return number <= 255 ? UInt16(number) : nil
    }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
  }

  /// The eight groups and the zone; nil if it is not an IPv6 address (RFC 4291, section 2.2).
  private static func ipv6(_ text: String) -> (groups: [UInt16], zone: String)? {
    let halves = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    let zone = halves.count == 2 ? "%\(halves[1])" : ""
    guard let address = halves.first, halves.count == 1 || isZone(halves[1]) else { return nil }
    let sides = address.split(separator: "::", omittingEmptySubsequences: false)
    guard (1...2).contains(sides.count) else { return nil }
    let lists = sides.enumerated().compactMap { index, side in
      groups(side, mayEndInIPv4: index == sides.count - 1)
    }
    guard lists.count == sides.count else { return nil }
    let given = lists.reduce(0) { $0 + $1.count }
    guard sides.count == 2 ? given < 8 : given == 8 else { return nil }
    let gap = [UInt16](repeating: 0, count: 8 - given)
    let all = sides.count == 2 ? lists[0] + gap + lists[1] : lists[0]
    return (all, zone)
  }

  private static func spelled(_ groups: [UInt16]) -> String {
    guard groups.starts(with: [0, 0, 0, 0, 0, 0xFFFF]) else {
      return groups.map { String($0, radix: 16) }.joined(separator: ":")
    }
    return groups.suffix(2).flatMap { ["\($0 >> 8)", "\($0 & 0xFF)"] }.joined(separator: ".")
  }

  private static func groups(_ text: Substring, mayEndInIPv4: Bool) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if mayEndInIPv4, index == parts.count - 1, let bytes = ipv4(part) {
        groups += [bytes[0] << 8 | bytes[1], bytes[2] << 8 | bytes[3]]
      } else if (1...4).contains(part.count), !part.hasPrefix("+"),
        let group = UInt16(part, radix: 16)
      {
        groups.append(group)
      } else {
        return nil
      }
    }
    return groups
  }

  private static func isZone(_ text: Substring) -> Bool {
    !text.isEmpty && text.allSatisfy(isOfLabel)
  }

  /// Whether it consists of labels of letters, digits, hyphens and underscores; a trailing dot is
  /// allowed.
  private static func isHostName(_ text: String) -> Bool {
    let name = text.hasSuffix(".") ? text.dropLast() : text[...]
    guard name.utf8.count <= 253 else { return false }
    return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.allSatisfy(isOfLabel)
        && !label.hasPrefix("-") && !label.hasSuffix("-")
    }
  }

  private static func isOfLabel(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
  }
}

extension String {
  /// The parts between colons, except for those of an IPv6 address in brackets.
  package var partsBetweenColons: [Substring] {
    var isInside = false
    return split(omittingEmptySubsequences: false) { character in
      if character == "[" { isInside = true }
      if character == "]" { isInside = false }
      return character == ":" && !isInside
    }
  }
}
