internal import GateCore

/// The parts of a page that stay the same, whatever counters and times it contains.
struct Page: Hashable {
  var mediaType: String
  /// For JSON the names in it; for other text the text without its numbers.
  var outline: String

  /// Reads a response; `names` are names in the request, which a page may repeat.
  init(_ reply: Answer, hiding names: [String]) {
    mediaType = reply.mediaType
    if let json = JSONLeaves(reply.body) {
      let all = Set(json.leaves.map { $0.names.joined(separator: "/") })
      outline = all.sorted().joined(separator: " ")
    } else {
      let text = names.filter { !$0.isEmpty }.reduce(reply.text) { $0.replacing($1, with: "?") }
      outline = Self.withoutNumbers(text)
    }
  }

  /// Replaces each word with a digit (a time, a count, an ID) by `#`.
  private static func withoutNumbers(_ text: String) -> String {
    var outline = ""
    var word = ""
    var hasDigit = false
    func finished() -> String { hasDigit ? "#" : word }
    for scalar in text.unicodeScalars.prefix(4096) {
      if scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) {
        word.unicodeScalars.append(scalar)
        hasDigit = hasDigit || ("0"..."9").contains(scalar)
      } else {
        outline += finished()
        outline.unicodeScalars.append(scalar)
        (word, hasDigit) = ("", false)
      }
    }
    return outline + finished()
  }
}

/// The version of the application that a response shows, with its place.
struct ShownVersion: Hashable {
  var place: String
  var version: String

  static func all(in exchange: Exchange) -> [ShownVersion] {
    if let version = exchange.version {
      return [ShownVersion(place: "version_from", version: version.cleaned(to: 80))]
    }
    guard let reply = exchange.answer else { return [] }
    let fields = reply.fields.filter { fieldNames.contains($0.name.lowercased()) }.map {
      ShownVersion(place: $0.name, version: $0.value.cleaned(to: 80))
    }
    let leaves = JSONLeaves(reply.body)?.leaves ?? []
    return fields + leaves.compactMap(shown)
  }

  private static func shown(_ leaf: JSONLeaves.Leaf) -> ShownVersion? {
    guard leaf.names.count <= 3, let name = leaf.names.last,
      names.contains(name.lowercased().filter { $0 != "_" && $0 != "-" })
    else { return nil }
    let place = "/" + leaf.names.joined(separator: "/")
    switch leaf.value {
    case .string(let text), .number(let text):
      return ShownVersion(place: place.cleaned(to: 80), version: text.cleaned(to: 80))
    case .bool, .null: return nil
    }
  }

  private static let fieldNames: Set = [
    "x-app-version", "x-application-version", "app-version", "x-version", "x-build", "x-build-id",
    "x-build-number", "x-release", "x-revision", "x-commit", "x-git-commit", "x-git-sha",
  ]
  private static let names: Set = [
    "version", "appversion", "build", "buildid", "buildnumber", "release", "revision", "commit",
    "commitid", "commitsha", "gitcommit", "gitsha", "sha", "githash",
  ]
}
