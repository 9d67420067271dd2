/// The values in a JSON text that are not arrays or objects, each with the names that lead to it.
///
/// It reads as much as it can: from a text that was cut off, it gives the values before the cut,
/// which a parser of whole documents would not.
struct JSONLeaves {
  struct Leaf: Hashable {
    /// The names from the outermost; an element of an array is `[]`.
    var names: [String]
    var value: Value
    /// The number of the object or array that contains it.
    var owner: Int
  }

  enum Value: Hashable {
    case string(String)
    /// A number, as written.
    case number(String)
    case bool(Bool)
    case null
  }

  private(set) var leaves: [Leaf] = []
  private var owners = [0]
  private var containers = 0
  private var bytes: ArraySlice<UInt8>
  /// The most values that are read; a health check's response has dozens.
  private static let limit = 2000
  private static let depthLimit = 64

  /// Nil if the text begins with neither an object nor an array.
  init?(_ body: [UInt8]) {
    bytes = body[...]
    skipBlanks()
    guard bytes.first == UInt8(ascii: "{") || bytes.first == UInt8(ascii: "[") else { return nil }
    _ = value([])
  }

  private mutating func add(_ names: [String], _ value: Value) {
    leaves.append(Leaf(names: names, value: value, owner: owners.last ?? 0))
  }

  private mutating func skipBlanks() {
    bytes = bytes.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard bytes.first == byte else { return false }
    bytes = bytes.dropFirst()
    return true
  }

  /// Reads one value; returns false if there is none, so that reading must end.
  private mutating func value(_ names: [String]) -> Bool {
    skipBlanks()
    guard let first = bytes.first, leaves.count < Self.limit, names.count < Self.depthLimit else {
      return false
    }
    switch first {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      containers += 1
      owners.append(containers)
      defer { owners.removeLast() }
      return first == UInt8(ascii: "{") ? object(names) : array(names)
    case UInt8(ascii: "\""):
      guard let text = string() else { return false }
      add(names, .string(text))
    default:
      let word = bytes.prefix { !",]} \t\r\n".utf8.contains($0) }
      bytes = bytes[word.endIndex...]
      switch String(decoding: word, as: UTF8.self) {
      case "true": add(names, .bool(true))
      case "false": add(names, .bool(false))
      case "null": add(names, .null)
      case let text where first == UInt8(ascii: "-") || (0x30...0x39).contains(first):
        add(names, .number(text))
      default: return false
      }
    }
    return true
  }

  private mutating func object(_ names: [String]) -> Bool {
    bytes = bytes.dropFirst()
    guard !take(UInt8(ascii: "}")) else { return true }
    repeat {
      skipBlanks()
      guard bytes.first == UInt8(ascii: "\""), let name = string(), take(UInt8(ascii: ":")),
        value(names + [name])
      else { return false }
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "}"))
  }

  private mutating func array(_ names: [String]) -> Bool {
    bytes = bytes.dropFirst()
    guard !take(UInt8(ascii: "]")) else { return true }
    repeat {
      guard value(names + ["[]"]) else { return false }
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "]"))
  }

  /// Reads a string; escapes of ASCII characters are decoded, others are kept.
  private mutating func string() -> String? {
    bytes = bytes.dropFirst()
    var text: [UInt8] = []
    while let byte = bytes.first {
      bytes = bytes.dropFirst()
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = bytes.first else { return nil }
        bytes = bytes.dropFirst()
        switch escaped {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "u"): text += [UInt8(ascii: "\\"), escaped]
        default: text.append(escaped)
        }
      default: text.append(byte)
      }
    }
    return nil
  }
}
