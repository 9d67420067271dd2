import Testing

@testable import InstanceSources

@Suite struct ChildProcessTests {
  private func run(
    _ script: String, timeout: Duration = .seconds(20), limit: Int = 1 << 20
  ) throws -> String {
    var child = ChildProcess(
      words: ["sh", "-c", script], variables: ["PATH": "/usr/bin:/bin", "OWN": "a b"])
    child.timeout = timeout
    child.outputLimit = limit
    return String(decoding: try child.run(), as: UTF8.self)
  }

  @Test func itsOutputIsWhatItPrinted() throws {
    #expect(try run("echo \"$OWN\"; echo no >&2; cat") == "a b\n")
  }

  @Test func itsStatusAndItsLastWordsAreSaid() {
    #expect(throws: ChildProcess.Failure.failed(status: 3, said: "last words")) {
      try run("echo first >&2; printf 'last\\twords\\n\\n' >&2; exit 3")
    }
  }

  @Test func aUserOfAURLIsNotSaidAsItIsSentEither() {
    var child = ChildProcess(
      words: ["sh", "-c", "echo Basic d2ViOmh1bnRlcjI= >&2; exit 3"],
      variables: ["PATH": "/usr/bin:/bin", "http_proxy": "http://web:hunter2@proxy.test:3128"])
    child.timeout = .seconds(20)
    #expect(throws: ChildProcess.Failure.failed(status: 3, said: "Basic ***")) { try child.run() }
  }

  @Test func theSignalThatKilledItIsSaid() {
    #expect(throws: ChildProcess.Failure.killed(signal: 15)) { try run("kill -TERM $$") }
  }

  @Test(arguments: ["sleep 60", "sleep 60 & wait", "exec >&-; sleep 60"])
  func oneThatTakesTooLongIsKilledWithItsChildren(_ script: String) {
    #expect(throws: ChildProcess.Failure.timedOut) {
      try run(script, timeout: .milliseconds(200))
    }
  }

  @Test func oneThatPrintsWithoutEndIsKilled() {
    #expect(throws: ChildProcess.Failure.tooMuchOutput) { try run("yes", limit: 100_000) }
  }

  @Test func muchOnStandardErrorHoldsNothingUp() throws {
    #expect(try run("seq 100000 >&2; echo done") == "done\n")
  }

  @Test func aCommandThatIsNotThereIsSaid() {
    let error = #expect(throws: ChildProcess.Failure.self) {
      try ChildProcess(words: ["/nowhere/keys"], variables: [:]).run()
    }
    #expect(error == .notStarted("No such file or directory"))
    #expect(throws: ChildProcess.Failure.notStarted("there is no command")) {
      try ChildProcess(words: [], variables: [:]).run()
    }
  }

  /// Somebody else has taken its status away, as where SIGCHLD is ignored.
  @Test func anEndOfWhichNothingIsKnownIsNoSuccess() throws {
    let child = try ChildProcess(words: ["true"], variables: [:]).spawn(output: 1, errors: 2)
    while child.end() == nil {}
    #expect(child.end() == .unknown("no child processes"))
  }

  @Test func aRunThatIsToStopEndsIt() {
    let child = ChildProcess(words: ["sleep", "60"], variables: ["PATH": "/usr/bin:/bin"])
    #expect(throws: ChildProcess.Failure.interrupted) { try child.run { true } }
  }

  @Test func whatItLeftBehindInItsGroupIsKnown() throws {
    let child = try ChildProcess(
      words: ["/bin/sh", "-c", "sleep 60 >/dev/null 2>&1 & true"],
      variables: ["PATH": "/usr/bin:/bin"]
    ).spawn(output: 1, errors: 2)
    while child.end() == nil {}
    #expect(child.isGroupLeft)
    child.send(9)
    while child.isGroupLeft {}
  }
}
