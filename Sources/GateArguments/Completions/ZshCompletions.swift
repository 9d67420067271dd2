extension CommandGrammar {
  func zshCompletions(_ topics: [String]) -> String {
    let names = names.joined(separator: "|")
    let described = commands.map { "\($0.name):\($0.abstract)".singleQuoted }
    return """
      #compdef healthgate
      # Completions of healthgate for zsh, made by 'healthgate --generate-completion-script zsh'.

      _healthgate() {
          local curcontext=$curcontext state line command=run
          local -A opt_args
          local -a commands=(
              \(described.joined(separator: "\n        "))
              'help:Show the help of a command, or of a topic.'
          )
          if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
              _describe command commands
              return
          fi
          case $words[2] in
          \(names)|help)
              command=$words[2]
              shift words
              (( CURRENT-- )) ;;
          esac
          case $command in
          help) _arguments ':topic:(\((self.names + topics).joined(separator: " ")))' ;;
      \(commands.map(\.zshCase).joined(separator: "\n"))
          esac
      }

      if [[ ${funcstack[1]-} = _healthgate ]]; then _healthgate "$@"; else compdef _healthgate healthgate; fi

      """
  }
}

extension CommandDeclaration {
  fileprivate var zshCase: String {
    let specs = offered.flatMap(\.inZsh) + (argument.map { [$0.inZsh] } ?? [])
    return "    \(name)) _arguments -S \(specs.joined(separator: " \\\n        ")) ;;"
  }
}

extension CommandArgument {
  fileprivate var inZsh: String {
    "\(isRepeatable ? "*" : ""):\(metavar.asZshMessage):\(completion.inZsh)".singleQuoted
  }
}

extension CommandOption {
  /// One line for each of its names; a value may also follow after `=`.
  fileprivate var inZsh: [String] {
    names.map { name in
      let others = isRepeatable ? "*" : "(\(names.joined(separator: " ")))"
      let join = metavar == nil ? "" : name.hasPrefix("--") ? "=" : "+"
      let value = metavar.map { ":\($0.asZshMessage):\(completion.inZsh)" } ?? ""
      return "\(others)\(name)\(join)[\(help.asZshMessage)]\(value)".singleQuoted
    }
  }
}

extension Completion {
  fileprivate var inZsh: String {
    switch self {
    case .nothing: " "
    case .files: "_files"
    case .folders: "_files -/"
    case .values(let values): "(\(values.joined(separator: " ")))"
    }
  }
}

extension String {
  /// The text as a message for `_arguments`.
  fileprivate var asZshMessage: String {
    reduce(into: "") { text, character in
      if "\\[]:".contains(character) { text += "\\" }
      text.append(character)
    }
  }
}
