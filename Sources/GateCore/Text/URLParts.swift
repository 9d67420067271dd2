/// The parts of a URL, as written: nothing is decoded.
package struct URLParts {
  package let scheme: Substring
  /// The user, if there is one, the host and the port.
  package let authority: Substring
  /// The path, the query and the fragment.
  package let rest: Substring

  /// Splits a text at its first `://`; nil if it has none.
  package init?(_ text: Substring) {
    guard let separator = text.firstRange(of: "://") else { return nil }
    scheme = text[..<separator.lowerBound]
    authority = text[separator.upperBound...].prefix { !"/?#".contains($0) }
    rest = text[authority.endIndex...]
  }

  package var hasUser: Bool { authority.contains("@") }

  /// The host and the port.
  package var place: Substring {
    authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
  }
}
