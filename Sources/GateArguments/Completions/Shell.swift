/// A shell that has completions.
package enum Shell: String, CaseIterable, Sendable {
  case bash
  case zsh
  case fish
}

extension CommandGrammar {
  /// The completions of the program; `topics` are the arguments of `help` besides commands.
  package func completions(for shell: Shell, topics: [String]) -> String {
    switch shell {
    case .bash: bashCompletions(topics)
    case .zsh: zshCompletions(topics)
    case .fish: fishCompletions(topics)
    }
  }

  var names: [String] { commands.map(\.name) }
}

extension CommandDeclaration {
  /// The options that are offered after a hyphen; those of every command come last.
  var offered: [CommandOption] {
    groups.flatMap(\.options)
      + CommandOption.answered.filter { $0.name != "version" || name == "run" }
  }
}

extension String {
  /// The text as one word in a shell.
  var singleQuoted: String { "'\(replacing("'", with: "'\\''"))'" }
}
