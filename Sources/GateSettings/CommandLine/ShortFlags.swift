internal import GateText

/// The options of one letter, and what each stands for.
///
/// They are spelled out before anything else reads the arguments: what is given twice, what is
/// given to a run that cannot be parsed, and what help prints follow from one name.
package enum ShortFlags {
  /// Those that take a value, by their letter.
  package static let options: [Character: String] = ["o": "format", "H": "header", "c": "config"]
  /// `-q`.
  private static let quiet = ["--progress", "none"]

  /// The arguments with every short option in its long form.
  package static func spelledOut(_ arguments: [String]) -> [String] {
    var all: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument != "--" else { return all + [argument] + rest }
      all += spelledOut(argument)
    }
    return all
  }

  private static func spelledOut(_ argument: String) -> [String] {
    guard argument.hasPrefix("-"), !argument.hasPrefix("--"),
      let letter = argument.dropFirst().first
    else { return [argument] }
    let value = argument.dropFirst(2)
    guard let name = options[letter] else {
      return argument == "-q" ? quiet : [argument]
    }
    guard !value.isEmpty else { return ["--\(name)"] }
    // `-ojson`, and `-o=json` as the long form has it.
    return ["--\(name)", String(value.hasPrefix("=") ? value.dropFirst() : value)]
  }
}
