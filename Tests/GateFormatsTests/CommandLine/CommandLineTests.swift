import GateArguments
import GateCore
import GateReports
import GateText
import Testing

@testable import GateSettings

@Suite struct CommandLineTests {
  private let grammar = CommandGrammar([
    .testRun,
    CommandDeclaration(
      "probe", "", argument: CommandArgument("TARGET", .any, ""), options: [CommandOption(.target)]),
    CommandDeclaration(
      "verify", "", argument: CommandArgument("VERDICT", .one, ""),
      options: [CommandOption("key", "FILE", "", isRepeatable: true)]),
    CommandDeclaration("keygen", "", argument: CommandArgument("FILE", .one, "")),
    CommandDeclaration("init", "", options: [CommandOption("output", "FILE", "")]),
    CommandDeclaration(
      "plan", "", options: [CommandOption("rate", "P", "", isRequired: true)],
      settings: SettingGroup.decisive),
  ])

  private func read(_ words: String..., of name: String = "run") throws -> CommandWords {
    try read(words, of: name)
  }

  private func read(_ words: [String], of name: String = "run") throws -> CommandWords {
    grammar.read(words, of: try #require(grammar.commands.first { $0.name == name }))
  }

  private let flags = Set(SettingKey.allCases.map(\.flag) + ["--config", "--print-config"])

  @Test func everyAdviceNamesOptionsThatThereAre() {
    for (word, advice) in ForeignWords.options {
      for option in advice.optionNames {
        #expect(flags.contains(option), "\(word): \(option)")
      }
      // What is an option here needs no advice.
      #expect(!flags.contains("--\(word)"), "\(word)")
    }
  }

  @Test func everyLetterOfAnotherProgramHasAnAdvice() {
    for letter in ForeignWords.letters.keys {
      let advice = ForeignWords.advice(forLetter: letter) ?? ""
      #expect(advice.count > 1, "\(letter) names no option that is answered")
      #expect(CommandOption.letters[Character(letter)] == nil, "\(letter)")
      for option in advice.optionNames {
        #expect(flags.contains(option), "\(letter): \(option)")
      }
    }
  }

  @Test func everyCommandOfAnotherProgramLeadsToOneThatThereIs() {
    let names: Set = [
      "run", "init", "demo", "probe", "lint", "plan", "replay", "report", "merge", "verify",
      "keygen",
      "schema", "help",
    ]
    for (word, advice) in ForeignWords.commands {
      #expect(!names.contains(word), "\(word)")
      // What an advice quotes is a command line that begins with a command, or with an option.
      for quoted in advice.split(separator: "'", omittingEmptySubsequences: false).enumerated()
        .filter({ !$0.offset.isMultiple(of: 2) }).map(\.element)
      where quoted.hasPrefix("healthgate ") {
        let first = quoted.split(separator: " ")[1]
        #expect(names.contains(String(first)) || first == "--help", "\(word): \(quoted)")
      }
    }
  }

  /// No suggestion is far off: whatever real name is cut, misspelled or belongs to another program.
  @Test func aSuggestionIsNear() throws {
    // Of curl, kubectl, wait4x, k6, hey, wrk, ab, goss, docker run and terraform.
    let foreign = [
      "abstract", "append", "attach", "backend", "base", "cap-add", "compressed", "context", "cpus",
      "create-dirs", "cluster", "detach", "digest", "disable", "doh-url", "egd-file", "engine",
      "entrypoint", "etag-save", "fail", "field-selector", "filename", "force", "get", "globoff",
      "group", "haproxy-protocol", "hsts", "include", "init", "interactive", "interface",
      "iterations",
      "keepalive-time", "kubeconfig", "limit-rate", "list-only", "local-port", "lock", "max-body",
      "memory", "mount", "namespace", "negotiate", "netrc", "network", "next", "no-buffer", "no-vu",
      "ntlm", "parallelism", "pass", "pinnedpubkey", "platform", "privileged", "prune", "publish",
      "pubkey", "quote", "random-file", "range", "rate", "recursive", "referer", "refresh-only",
      "remote-name", "replace", "restart", "rm", "rps", "selector", "server-side", "show-error",
      "socks5", "speed-limit", "ssl", "stage", "stderr", "summary", "tcp-nodelay", "template",
      "tls13",
      "tty", "tr-encoding", "unix-socket", "upload-file", "var", "volume", "vus", "watch", "web",
      "zone",
    ]
    for name in foreign {
      guard let hint = try read("--\(name)", "x").problem?.hint,
        hint.hasPrefix("did you mean --")
      else { continue }
      for option in hint.optionNames {
        let bare = option.dropFirst(2)
        // Told by a word that both have, or by fewer than every fourth letter.
        let common = Set(name.split(separator: "-")).intersection(bare.split(separator: "-"))
        #expect(
          !common.isEmpty || nearestName(to: name, among: [String(bare)]) != nil,
          "\(name) -> \(option)")
      }
    }
  }

  @Test func everyFlagIsFoundWhenALetterIsWrong() throws {
    for key in SettingKey.allCases where key.flag.count > 6 && key.isEverywhere {
      for place in 3..<key.flag.count - 1 {
        var letters = Array(key.flag)
        letters.swapAt(place, place - 1)
        let typed = String(letters)
        guard letters[place] != letters[place - 1], letters[place] != "-",
          letters[place - 1] != "-",
          !flags.contains(typed)
        else { continue }
        let hint = try #require(try read(typed, "x").problem?.hint)
        #expect(hint.contains(key.flag), "\(typed): \(hint)")
      }
    }
  }

  /// The names that AWS, Kubernetes and other programs have for a thing of this one, with what says more.
  @Test(arguments: [
    Row("--health-check-interval-seconds", "--interval"),
    Row("--HealthCheckIntervalSeconds", "--interval"),
    Row("--healthy-threshold-count", "--healthy-threshold"),
    Row("--unhealthy_threshold_count", "--unhealthy-threshold"),
    Row("--health-check-path", "--target HTTP:80/health"),
    Row("--health-check-protocol", "--target HTTP:80/health"),
    Row("--health-check-timeout-seconds", "--timeout"), Row("--period-seconds", "--interval"),
    Row("--initial-delay-seconds", "--grace-period"), Row("--max-retries", "--unhealthy-threshold"),
    Row("--retry-count", "--unhealthy-threshold"), Row("--output-format", "--format json"),
    Row("--log-level", "progress"), Row("--target-group-arn", "--target-group"),
    Row("--poll-interval", "--interval"), Row("--expected-status-code", "--matcher"),
    Row("--config-file", "--config"), Row("--max-wait-time", "--deadline"),
  ])
  func aNameWithMoreWordsLeadsToTheOneOfThisProgram(_ row: Row<String>) throws {
    let problem = try #require(try read(row.input, "x").problem)
    #expect(problem.hint?.contains(row.output) ?? false, "\(problem.hint ?? "")")
  }

  @Test(arguments: [
    Row("-X", "--method"), Row("-k", "--verify-tls"), Row("-u", "Authorization"),
    Row("-v", "progress"),
    Row("-L", "no redirect"), Row("-f", "--config"), Row("-z", "lists the options"),
  ])
  func aLetterIsNotItsCapital(_ row: Row<String>) throws {
    let problem = try #require(try read(row.input, "x").problem)
    #expect(problem.hint?.contains(row.output) ?? false, "\(problem.hint ?? "")")
  }

  @Test(arguments: [
    Row("--url", "give the URL by itself"), Row("--json", "--format json"),
    Row("--retries", "--unhealthy-threshold"), Row("--verbose", "progress"), Row("-v", "progress"),
    Row("--tagret", "did you mean --target?"), Row("--Interval", "did you mean --interval?"),
    Row("--healthythreshold", "did you mean --healthy-threshold?"),
    Row("--interval-seconds", "did you mean --interval?"),
    Row("--unhealthy", "did you mean --unhealthy-threshold or --unhealthy-window?"),
    Row("--key", "--key belongs to 'healthgate verify'"), Row("--banana", "lists the options"),
    Row("--zone", "lists the options"), Row("--w", "lists the options"),
  ])
  func anUnknownOptionIsAnsweredWithWhatToType(_ row: Row<String>) throws {
    let problem = try #require(try read(row.input, "x").problem)
    #expect(problem.words == "unknown option '\(row.input)'")
    #expect(problem.hint?.contains(row.output) ?? false, "\(problem.hint ?? "")")
  }

  /// As `-o` and `--output` of other programs take one.
  @Test(arguments: [
    ListRow(["run", "--output", "out.json"], "--verdict out.json writes the verdict to a file"),
    ListRow(["run", "--output=ci/out"], "--verdict ci/out writes the verdict to a file"),
    ListRow(["run", "--output", "json"], "use --format json (-o json)"),
    ListRow(
      ["run", "--output-file", "out"],
      "use --verdict FILE: the verdict as JSON, whatever standard output has"),
    ListRow(["probe", "--output", "out.json"], "'> out.json' writes standard output to a file"),
    ListRow(["init", "-o", "new.yaml"], "use --output FILE"),
    ListRow(["init", "-onew"], "use --output FILE"),
  ])
  func aFileForTheOutputLeadsToTheOptionThatTakesOne(_ row: ListRow) throws {
    let words = try read(Array(row.input.dropFirst()), of: row.input[0])
    #expect(words.problem?.hint == row.output)
  }

  @Test func aFileInPlaceOfAFormatLeadsToTheOptionThatTakesOne() throws {
    let words = try read("-o", "out.json")
    let error = #expect(throws: CommandLineProblem.self) {
      let _: OutputSettings.Format? = try words.choice(of: CommandOption(.format))
    }
    #expect(error?.hint == "--verdict out.json writes the verdict to a file")
    let problems = RawSettings(flags: [(.format, ["out.json"])])
    let resolved = #expect(throws: SettingsError.self) { try Settings(resolving: problems) }
    let hints = resolved?.problems.compactMap(\.hint) ?? []
    #expect(hints.contains("--verdict out.json writes the verdict to a file"), "\(hints)")
  }

  @Test func aSettingOfTheFileAloneIsSaidToBeOne() throws {
    for key in SettingKey.allCases where !key.isEverywhere {
      let problem = try #require(try read(key.flag, "x").problem)
      #expect(problem.hint?.contains("the settings file only") ?? false, "\(key)")
    }
  }

  @Test func anAdviceThatACommandCannotFollowIsNotGiven() throws {
    let problem = try #require(try read("--retries", "3", of: "probe").problem)
    #expect(problem.hint == "'healthgate probe --help-all' lists the options")
  }

  @Test(arguments: [
    ListRow(["--interval", "-5"], "--interval is '-5', but cannot be negative"),
    ListRow(["--target", "TCP:1", "--interval"], "--interval has no value"),
    ListRow(["--target", "--interval", "5"], "--target has no value: '--interval' follows it"),
    ListRow(["--strict=yes"], "--strict takes no value"),
    ListRow(["--target", "TCP:1", "http://x"], nil), ListRow(["--", "--nonsense"], nil),
  ])
  func whatCannotBeReadIsTheFirstThatIsSaid(_ row: ListRow) throws {
    #expect(try read(row.input).problem?.words == row.output)
  }

  @Test(arguments: [
    Row("check", "healthgate run"), Row("status", "healthgate probe"), Row("list", "demo --list"),
    Row("promote", "--on-promote"), Row("10.0.1.5,10.0.1.6", "--instances"),
    Row("UDP:5", "URLs alone"),
    Row("runn", "healthgate run"),
    Row("xyzzy", "lists the commands"), Row("10.0.1.5:80/health", "http://10.0.1.5:80/health"),
    Row("localhost", "http://localhost/health"), Row("web.example", "http://web.example/health"),
    Row("gate.yaml", "--config gate.yaml"), Row("run.ndjson", "healthgate replay run.ndjson"),
    Row("hosts.txt", "--instances-file hosts.txt"),
  ])
  func aFirstWordThatIsNoCommand(_ row: Row<String>) {
    #expect(grammar.problem(ofFirstWord: row.input).hint?.contains(row.output) ?? false)
  }

  @Test(arguments: [
    ListRow(["-o", "json"], "format json"), ListRow(["-ojson"], "format json"),
    ListRow(["-o=json"], "format json"), ListRow(["--format=a=b"], "format a=b"),
    ListRow(["-q", "-H", "A: b", "-H", "C;"], "header A: b,C;; progress none"),
    ListRow(["--no-strict", "--advisory"], "strict false; advisory true"),
    ListRow(["--instances-file", "-", "--host="], "host ; instances_file -"),
    ListRow(["--host=--strict"], "host --strict"),
    ListRow(["--", "--soak", "1", "-q"], "; --soak 1 -q"),
    ListRow(["http://a", "--soak", "1", "-", "--", "x"], "soak 1; http://a - x"),
  ])
  func anOptionIsReadHoweverItIsSpelled(_ row: ListRow) throws {
    let words = try read(row.input)
    let settings = words.settings.map { "\($0.rawValue) \($1.joined(separator: ","))" }
    let arguments =
      words.arguments.isEmpty ? [] : [words.arguments.joined(separator: " ")]
    let isEmpty = settings.isEmpty && !arguments.isEmpty
    #expect(((isEmpty ? [""] : settings) + arguments).joined(separator: "; ") == row.output)
    #expect(words.problem == nil)
  }

  @Test(arguments: [
    ("--target TCP:1 --target TCP:2", ["--target"]),
    ("--target=TCP:1 --soak 1 --target TCP:2 --target TCP:3", ["--target"]),
    ("--strict --no-strict", ["--strict"]), ("--strict --strict", ["--strict"]),
    ("--config a -c b --soak 1 --soak 1", ["--config", "--soak"]),
    ("--header A:1 -H B:2 --instances a --instances b --cross-check elb:a", []),
    ("--on-promote a --on-rollback a", []), ("-q --progress live", ["--progress"]),
    // What stands after the terminator is no option.
    ("--target TCP:1 -- --target", []),
    // A single hyphen is a value.
    ("--instances-file - --terraform -", []),
  ])
  func whatTakesOneValueIsNamedWhenItIsGivenTwice(_ line: String, _ names: [String]) throws {
    #expect(try read(line.split(separator: " ").map(String.init)).repeated == names)
  }

  @Test(arguments: [
    ListRow(["verify"], "no VERDICT is given"), ListRow(["plan"], "no --rate is given"),
    ListRow(["verify", "a", "b"], "'b' is one VERDICT too many"),
    ListRow(["plan", "--rate", "1", "x"], "unexpected argument 'x': 'plan' takes none"),
    ListRow(["plan", "--", "x"], "unexpected argument 'x': 'plan' takes none"),
    ListRow(["verify", "a", "--key", "k", "--key=l"], nil), ListRow(["run"], nil),
    ListRow(["plan", "--rate", "1"], nil), ListRow(["probe", "a", "b"], nil),
    ListRow(["probe", "-q"], "unknown option '-q'"),
    ListRow(["run", "--help=x"], "--help takes no value"),
  ])
  func aCommandTakesAsManyArgumentsAsItSays(_ row: ListRow) throws {
    let words = try read(Array(row.input.dropFirst()), of: row.input[0])
    #expect(words.problem?.words == row.output)
  }

  @Test(arguments: [
    ListRow(["--soak", "1m", "-h"], "help"), ListRow(["--nonsense", "--help-all"], "help-all"),
    ListRow(["--target", "--version"], "version"), ListRow(["--", "--help"], nil),
    ListRow(["--host=--help"], nil),
  ])
  func aQuestionIsSeenWhateverElseIsGiven(_ row: ListRow) throws {
    #expect(try read(row.input).question == row.output)
  }

  @Test(arguments: [
    ListRow(["--header", "Authorization:", "Bearer", "t0ken-of-mine"], "--header"),
    ListRow(["--header", "A: b", "--strict", "t0ken-of-mine"], nil),
    ListRow(["--header", "Authorization:", "t0ken-of-mine"], "--header"),
    ListRow(["--header=Authorization:", "t0ken-of-mine"], "--header"),
    ListRow(["--header", "A: b", "http://t0ken-of-mine/"], nil),
    ListRow(["t0ken-of-mine"], nil), ListRow(["--header", "A:", "--", "t0ken-of-mine"], nil),
  ])
  func aWordBehindAValueMayBeAPartOfASecret(_ row: ListRow) throws {
    let problem = try read(row.input).forgottenQuotes(shownBy: "'t0ken-of-mine' is not a URL")
    #expect(
      problem?.words == row.output.map { "unexpected argument after the value of \($0)" })
  }

  @Test func aNameOfAClosedListLeadsToTheNearest() throws {
    let words = try read("--format", "jsn")
    #expect(
      throws: CommandLineProblem(
        "--format is 'jsn', not auto, json or text", hint: "did you mean json?")
    ) {
      let _: OutputSettings.Format? = try words.choice(of: CommandOption(.format))
    }
  }

  @Test(arguments: [
    ListRow(["CI=true"], "yes"), ListRow(["TEAMCITY_VERSION=2024"], "yes"),
    ListRow(["BUILD_NUMBER=1"], "yes"), ListRow(["CI=false"], nil), ListRow(["CI="], nil),
    ListRow(["CI=false", "GITHUB_ACTIONS=true"], nil), ListRow(["PATH=/bin"], nil),
  ])
  func aCISystemIsKnownByItsVariables(_ row: ListRow) {
    let variables = Dictionary(
      uniqueKeysWithValues: row.input.map {
        let parts = $0.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        return (parts[0], parts[1])
      })
    #expect(CIVariables.areSet(in: variables) == (row.output != nil))
  }
}

extension CommandDeclaration {
  /// As the program has it.
  static let testRun = CommandDeclaration(
    "run", "", argument: CommandArgument("URL", .any, ""),
    options: [.config, CommandOption(flag: "print-config", "", isQuestion: true)],
    settings: SettingGroup.decisive + [.output])
}

/// A command line in words, and what becomes of it.
struct ListRow: Sendable, CustomTestStringConvertible {
  var input: [String]
  var output: String?

  init(_ input: [String], _ output: String?) {
    (self.input, self.output) = (input, output)
  }

  var testDescription: String { input.joined(separator: " ") }
}

@Suite struct GatedURLsTests {
  private func words(_ urls: [String]) throws -> String {
    let settings = try GatedURLs.settings(urls, beside: [(.soak, ["1m"])])
    return settings.dropFirst().map { "\($0.rawValue) \($1.joined(separator: ","))" }
      .joined(separator: "; ")
  }

  @Test(arguments: [
    ListRow(
      ["http://10.0.1.5/health", "http://10.0.1.6/health"],
      "target HTTP:80/health; instances 10.0.1.5,10.0.1.6"),
    ListRow(["http://10.0.1.5:8080"], "target HTTP:8080/; instances 10.0.1.5"),
    ListRow(
      ["http://a/x?y=1", "http://[::1]:81/x?y=1"],
      "target HTTP:traffic-port/x?y=1; instances a:80,[::1]:81"),
    ListRow(["https://web.example/h"], "target HTTPS:443/h; instances web.example"),
    ListRow(["tcp://10.0.1.5:5432"], "target TCP:5432; instances 10.0.1.5"),
  ])
  func urlsAreATargetAndInstances(_ row: ListRow) throws {
    #expect(try words(row.input) == row.output)
  }

  @Test(arguments: [
    ListRow(
      ["http://a/x", "http://b/y"],
      "the path of 'http://b/y' differs from that of 'http://a/x'"),
    ListRow(
      ["http://a/x", "https://b/x"],
      "the protocol of 'https://b/x' differs from that of 'http://a/x'"),
    ListRow(
      ["http://a/x", "http://b/x?z"],
      "the query of 'http://b/x?z' differs from that of 'http://a/x'"),
    ListRow(["http://a/x", "b:80"], "'b:80' is not a URL"),
    ListRow(["http://a/x", "http://b/x", "http://a/x"], "'http://a/x' is given twice"),
    ListRow(
      ["http://a/x", "http://A.:80/x"], "'http://a/x' and 'http://A.:80/x' are the same place"),
  ])
  func urlsThatCannotBeAskedAlikeAreRefused(_ row: ListRow) {
    do {
      _ = try words(row.input)
      Issue.record("they are taken")
    } catch {
      #expect((error as? SettingsError)?.problems.map(\.summary) == row.output.map { [$0] })
    }
  }

  @Test func anotherSourceBesideURLsIsRefused() {
    for key in SettingKey.sources + [.target] {
      #expect(throws: SettingsError.self) {
        try GatedURLs.settings(["http://a/x"], beside: [(key, ["x"])])
      }
    }
  }
}

@Suite struct SettingsTemplateTests {
  @Test func aTemplateIsAFileOfSettings() throws {
    let template = SettingsTemplate(RawSettings())
    try template.check()
    let raw = RawSettings(file: Array(template.text.utf8), path: "t.yaml")
    #expect(raw.problems.isEmpty)
    _ = try Settings(resolving: raw)
  }

  @Test func aValueThatIsNotTheDefaultSaysSo() {
    let lines = SettingsTemplate(RawSettings()).text.split(separator: "\n")
    #expect(lines.contains("# interval: 30s"))
    #expect(lines.contains("# min_healthy: 100%"))
    #expect(lines.contains("# soak: 2m  # not the default"))
    #expect(lines.contains("# verdict: verdict.json  # not the default"))
  }

  @Test func whatIsGivenAndImportedStandsThere() throws {
    let given = RawSettings(merging: [
      RawSettings(flags: [(.asg, ["web"]), (.header, ["A: b", "C: d"])]),
      RawSettings(imported: [(.target, ["HTTP:81/x"]), (.strict, ["true"])], from: "elb:web"),
    ])
    let raw = RawSettings(file: Array(SettingsTemplate(given).text.utf8), path: "t.yaml")
    #expect(raw.problems.isEmpty)
    #expect(raw.values[.target]?.map(\.text) == ["HTTP:81/x"])
    #expect(raw.values[.asg]?.map(\.text) == ["web"])
    #expect(raw.values[.header]?.map(\.text) == ["A: b", "C: d"])
    #expect(raw.values[.instances] == nil)
  }
}
