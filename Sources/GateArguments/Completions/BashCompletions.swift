extension CommandGrammar {
  /// The completions for bash 4 and later.
  func bashCompletions(_ topics: [String]) -> String {
    let names = names.joined(separator: " ")
    return """
      # Completions of healthgate for bash, made by 'healthgate --generate-completion-script bash'.

      _healthgate() {
          local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=run
          COMPREPLY=()
          # '--name=value' is three words to bash.
          if [[ $word = '=' ]]; then
              word=
          elif [[ $before = '=' ]]; then
              before=${COMP_WORDS[COMP_CWORD-2]}
          fi
          if ((COMP_CWORD > 1)) && [[ " help \(names) " = *" ${COMP_WORDS[1]} "* ]]; then
              command=${COMP_WORDS[1]}
          elif ((COMP_CWORD == 1)) && [[ $word != -* ]]; then
              _healthgate_words help \(names)
              return
          fi
          case $command in
          help) _healthgate_words \((self.names + topics).joined(separator: " ")) ;;
      \(commands.map(\.bashCase).joined(separator: "\n"))
          esac
      }

      _healthgate_words() {
          mapfile -t COMPREPLY < <(compgen -W "$*" -- "$word")
      }

      _healthgate_files() { # KIND
          compopt -o filenames 2>/dev/null
          mapfile -t COMPREPLY < <(compgen "-$1" -- "$word")
      }

      complete -F _healthgate healthgate

      """
  }
}

extension CommandDeclaration {
  /// The completions of the command: first by the previous word, then by the current one.
  fileprivate var bashCase: String {
    let values = offered.filter { $0.metavar != nil }.map { option in
      let names = option.names.joined(separator: " | ")
      return "        \(names)) \(option.completion.inBash) ;;"
    }
    let options = offered.flatMap(\.names).joined(separator: " ")
    let arguments = argument?.completion.inBash ?? ":"
    return """
          \(name))
              case $before in
      \(values.joined(separator: "\n"))
              *) if [[ $word = -* ]]; then _healthgate_words \(options); else \(arguments); fi ;;
              esac ;;
      """
  }
}

extension Completion {
  fileprivate var inBash: String {
    switch self {
    case .nothing: ":"
    case .files: "_healthgate_files f"
    case .folders: "_healthgate_files d"
    case .values(let values): "_healthgate_words \(values.joined(separator: " "))"
    }
  }
}
