import GateCore
import Yams

/// A YAML document, of which JSON is a part, with the place of each of its nodes.
struct YAMLText {
  /// Nil when the text has nothing but comments.
  let root: Node?
  /// A node knows its anchor only as long as its parser lives.
  private let parser: Parser?

  /// Reads the one document of a text; `format` is what messages say that it should be.
  ///
  /// - Throws: why the text is none, with its line.
  init(
    parsing text: String, as format: String = "YAML", of path: String
  ) throws(SettingsError) {
    if let line = Self.lineOfAlias(in: text) { throw Self.aliasError(path, line: line) }
    do {
      // The plain resolver: whether a text is a number is the setting's business. The encoding is
      // given because Yams would ask the environment for its own.
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      root = try parser.singleRoot()
      self.parser = parser
    } catch {
      throw SettingsError([Self.problem(for: error, as: format, in: path)])
    }
  }

  static func aliasError(_ path: String, line: Int) -> SettingsError {
    SettingsError([SettingProblem(aliasFact, at: .file(path: path, line: line))])
  }

  private static let aliasFact = SettingProblem.Fact.content(
    "anchors and aliases are not accepted", hint: "write the value out")

  private static let severalDocumentsFact = SettingProblem.Fact.content(
    "the file has more than one YAML document", hint: "keep one")

  private static func problem(
    for error: any Error, as format: String, in path: String
  ) -> SettingProblem {
    let (fact, line): (SettingProblem.Fact, Int) =
      switch error {
      case YamlError.reader(_, let offset, _, let yaml):
        (
          .content("the file is not \(format): it has a control character"),
          yaml.prefix(offset ?? 0).count { $0.isNewline } + 1
        )
      case YamlError.scanner(_, let problem, let mark, _),
        YamlError.parser(_, let problem, let mark, _):
        (.content("the file is not \(format): \(problem)"), mark.line)
      case YamlError.composer(_, let problem, let mark, _):
        (problem.contains("alias") ? aliasFact : severalDocumentsFact, mark.line)
      case YamlError.duplicatedKeysInMapping(let names, let context):
        (.duplicated(names: names), context.mark.line)
      default:
        (.content("the file cannot be read as \(format)"), 1)
      }
    return SettingProblem(fact, at: .file(path: path, line: line))
  }
}

extension YAMLText {
  /// The line of the first alias whose anchor is in the text too; nil when there is none.
  ///
  /// It must be known before the nodes are made: the parser hashes the keys of mappings, and a key
  /// of aliases within aliases would keep it busy for ever. A name after `&` counts wherever it
  /// stands, one after `*` only where a token can begin, so that `foo&bar.*bar` is a text.
  private static func lineOfAlias(in text: String) -> Int? {
    guard text.utf8.contains(star), text.utf8.contains(ampersand) else { return nil }
    let bytes = Array(text.utf8)
    var anchors: Set<ArraySlice<UInt8>> = []
    var line = 1
    for (index, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "\n") { line += 1 }
      guard byte == star || byte == ampersand else { continue }
      let name = bytes[(index + 1)...].prefix(while: isOfName)
      guard !name.isEmpty else { continue }
      if byte == ampersand {
        anchors.insert(name)
      } else if index == 0 || beforeTokens.contains(bytes[index - 1]), anchors.contains(name) {
        return line
      }
    }
    return nil
  }

  private static let star = UInt8(ascii: "*")
  private static let ampersand = UInt8(ascii: "&")
  private static let beforeTokens = Set(" \t\r\n[]{},:?-\"'".utf8)

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
