import GateCore

extension String {
  /// The text with nothing in its lines that a CI system would execute as a command.
  ///
  /// Any text from the network may end up in a log; see `LogCommandBreaker`.
  package var withoutLogCommands: String {
    var breaker = LogCommandBreaker()
    let bytes = breaker.take(Array(utf8))
    return String(decoding: bytes + breaker.finish(), as: UTF8.self)
  }

  /// The same for text that does not begin a line: only the two signs of `##` are separated.
  package var withoutCommandsWithinLine: String {
    escaping { $1 == "#" && $0 == "#" ? " #" : nil }
  }

  /// Replaces some scalars of the text.
  ///
  /// It works on scalars rather than characters, because a combining mark must not hide the `'`
  /// before it.
  func escaping(_ replacement: (_ before: Unicode.Scalar?, Unicode.Scalar) -> String?) -> String {
    var escaped = UnicodeScalarView()
    var before: Unicode.Scalar?
    for scalar in unicodeScalars {
      if let text = replacement(before, scalar) {
        escaped.append(contentsOf: text.unicodeScalars)
      } else {
        escaped.append(scalar)
      }
      before = scalar
    }
    return String(escaped)
  }

  package func escaping(_ replacements: [Unicode.Scalar: String]) -> String {
    escaping { replacements[$1] }
  }
}

/// Separates the signs of commands to a CI system in text that arrives piece by piece.
///
/// `##vso[task.setvariable …]` (Azure Pipelines) and `##[set-output …]` (GitHub Actions) are
/// executed anywhere in a line, `::set-output …::` (GitHub Actions) at its beginning, also after
/// blanks. Source: `ActionCommand.TryParse` and `TryParseV2` of GitHub's runner, `Command.TryParse`
/// of Azure's agent.
struct LogCommandBreaker {
  /// The number of bytes within which the name of a command must end.
  private static let mostLookedAt = 40

  private var isLineStart = true
  private var last: UInt8?
  /// Bytes that may still be the beginning of a command.
  private var held: [UInt8] = []

  /// Adds bytes; returns what may be shown now.
  mutating func take(_ bytes: [UInt8]) -> [UInt8] { pass(held + bytes, isLast: false) }

  /// Returns the remaining text at the end.
  mutating func finish() -> [UInt8] { pass(held, isLast: true) }

  private mutating func pass(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
    held = []
    var shown: [UInt8] = []
    shown.reserveCapacity(bytes.count + 8)
    for place in bytes.indices {
      let byte = bytes[place]
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"): isLineStart = true
      case UInt8(ascii: " "), UInt8(ascii: "\t"): break
      case UInt8(ascii: ":") where isLineStart:
        let rest = bytes[place...].prefix(Self.mostLookedAt)
        guard isLast || Self.isWhole(rest) else {
          held = Array(bytes[place...])
          return shown
        }
        if String(decoding: rest, as: UTF8.self).beginsWithLogCommand {
          shown.append(UInt8(ascii: "|"))
        }
        isLineStart = false
      case UInt8(ascii: "#") where last == byte:
        shown.append(UInt8(ascii: " "))
        isLineStart = false
      default: isLineStart = false
      }
      shown.append(byte)
      last = byte
    }
    return shown
  }

  /// Whether further bytes cannot change whether this is a command.
  private static func isWhole(_ beginning: ArraySlice<UInt8>) -> Bool {
    beginning.count == mostLookedAt || beginning.contains(UInt8(ascii: "\n"))
      || beginning.dropFirst().first.map { $0 != UInt8(ascii: ":") } ?? false
  }
}
