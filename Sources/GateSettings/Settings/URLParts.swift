/// The parts of a URL, as written: nothing is decoded.
struct URLParts {
  let scheme: Substring
  /// The user, if there is one, the host and the port.
  let authority: Substring
  /// The path, the query and the fragment.
  let rest: Substring

  /// Splits a text at its first `://`; nil if it has none.
  init?(_ text: Substring) {
    guard let separator = text.firstRange(of: "://") else { return nil }
    scheme = text[..<separator.lowerBound]
    authority = text[separator.upperBound...].prefix { !"/?#".contains($0) }
    rest = text[authority.endIndex...]
  }

  var hasUser: Bool { authority.contains("@") }

  /// The host and the port.
  var place: Substring {
    authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
  }
}
