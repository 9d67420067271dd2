/// A shell for which there are completions.
package enum Shell: String, CaseIterable, Sendable {
  case bash
  case zsh
  case fish
}

extension CommandGrammar {
  /// The completions of the whole program; `topics` are what `help` takes beside a command.
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
  /// What is offered after a hyphen: what every command takes stands last.
  var offered: [CommandOption] {
    groups.flatMap(\.options)
      + CommandOption.answered.filter { $0.name != "version" || name == "run" }
  }
}

extension String {
  /// As one word of a shell.
  var singleQuoted: String { "'\(replacing("'", with: "'\\''"))'" }
}
