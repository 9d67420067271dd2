import FoundationEssentials

/// Why a world cannot be read.
struct WorldError: Error, CustomStringConvertible {
  var description: String
}

/// A world as text: a part a line, its kind and then its fields as JSON; what is nothing out of the
/// ordinary is left out.
extension World {
  var text: String {
    let lines =
      [Self.line("settings", settings)] + instances.map { Self.line("instance", $0) }
      + listings.map { Self.line("listing", $0) } + views.map { Self.line("view", $0) }
      + splits.map { Self.line("split", $0) } + pauses.map { Self.line("pause", $0) }
      + strays.map { Self.line("stray", $0) }
    return lines.map { $0 + "\n" }.joined()
  }

  /// Reads what `text` has written; empty lines and those that begin with `#` say nothing.
  init(reading text: String) throws {
    var settings: Settings?
    var parts = World(
      settings: Settings(
        interval: 1, timeout: 1, healthy: 1, initial: 1,
        unhealthy: 1, deadline: 0, expected: 1))
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(separator: " ", maxSplits: 1)
      guard words.count == 2 else { throw WorldError(description: "'\(line)' is no part") }
      switch words[0] {
      case "settings": settings = try Self.part(words[1])
      case "instance": parts.instances.append(try Self.part(words[1]))
      case "listing": parts.listings.append(try Self.part(words[1]))
      case "view": parts.views.append(try Self.part(words[1]))
      case "split": parts.splits.append(try Self.part(words[1]))
      case "pause": parts.pauses.append(try Self.part(words[1]))
      case "stray": parts.strays.append(try Self.part(words[1]))
      default: throw WorldError(description: "'\(words[0])' is no kind of part")
      }
    }
    guard let settings else { throw WorldError(description: "there is no line of settings") }
    parts.settings = settings
    self = parts
  }

  private static func line(_ kind: String, _ part: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(part) else {
      preconditionFailure("numbers and strings are JSON")
    }
    return "\(kind) \(String(decoding: json, as: UTF8.self))"
  }

  private static func part<Part: Decodable>(_ json: Substring) throws -> Part {
    do {
      return try JSONDecoder().decode(Part.self, from: Data(json.utf8))
    } catch {
      throw WorldError(description: "'\(json)' cannot be read: \(error)")
    }
  }
}
