extension CommandGrammar {
  func fishCompletions(_ topics: [String]) -> String {
    let first = "complete -c healthgate -n 'test (count (commandline -opc)) -eq 1'"
    let described = commands.map { "\(first) -a \($0.name) -d \($0.abstract.singleQuoted)" }
    return """
      # Completions of healthgate for fish, made by 'healthgate --generate-completion-script fish'.

      function __healthgate_is
          set -l words (commandline -opc)
          set -l command run
          if set -q words[2]; and contains -- $words[2] help \(names.joined(separator: " "))
              set command $words[2]
          end
          contains -- $command $argv
      end

      complete -c healthgate -f
      \(described.joined(separator: "\n"))
      \(first) -a help -d 'Show the help of a command, or of a topic.'
      complete -c healthgate -n '__healthgate_is help' -a '\((names + topics).joined(separator: " "))'
      \((arguments + options).joined(separator: "\n"))

      """
  }

  private var arguments: [String] {
    commands.compactMap { command in
      command.argument.flatMap { argument in
        argument.completion == .nothing
          ? nil
          : "complete -c healthgate -n '__healthgate_is \(command.name)' \(argument.completion.inFish)"
      }
    }
  }

  /// One line for each option, with all commands that have the same option.
  private var options: [String] {
    var owners: [CommandOption: [String]] = [:]
    var order: [CommandOption] = []
    for command in commands {
      for option in command.offered {
        if owners[option] == nil { order.append(option) }
        owners[option, default: []].append(command.name)
      }
    }
    return order.flatMap { option in
      option.inFish.map {
        "complete -c healthgate -n '__healthgate_is \((owners[option] ?? []).joined(separator: " "))' \($0)"
      }
    }
  }
}

extension CommandOption {
  fileprivate var inFish: [String] {
    let value = metavar == nil ? "" : " -r \(completion.inFish)"
    let letters = names.filter { !$0.hasPrefix("--") }.map { "-s \($0.dropFirst()) " }.joined()
    return names.filter { $0.hasPrefix("--") }.enumerated().map { index, name in
      "\(index == 0 ? letters : "")-l \(name.dropFirst(2)) -d \(help.singleQuoted)\(value)"
    }
  }
}

extension Completion {
  fileprivate var inFish: String {
    switch self {
    case .nothing: "-f"
    case .files: "-F"
    case .folders: "-f -a '(__fish_complete_directories)'"
    case .values(let values): "-f -a '\(values.joined(separator: " "))'"
    }
  }
}
