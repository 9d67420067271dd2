import FoundationEssentials
import GateCore
import Glibc
import Testing

@testable import InstanceSources

@Suite struct ExecSourceTests {
  private func listing(
    _ command: String, port: CheckPorts = .number(80),
    timeout: Duration = .seconds(20)
  ) throws(SourceError) -> SourceListing {
    try ExecSource(
      command: command, variables: ["PATH": "/usr/bin:/bin", "REGION": "r1"], timeout: timeout
    ).list(ports: port)
  }

  private func failure(
    _ command: String, port: CheckPorts = .number(80),
    timeout: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation
  ) -> String {
    let error = #expect(throws: SourceError.self, sourceLocation: sourceLocation) {
      try listing(command, port: port, timeout: timeout)
    }
    return error?.message ?? ""
  }

  @Test func linesAndJSONAreInstances() throws {
    let lines = try listing("printf '# %s\\n10.0.0.1\\nweb-2=10.0.0.2:8080\\n' $REGION")
    #expect(
      lines.members.map(\.instance) == [
        Instance(id: "10.0.0.1", address: "10.0.0.1", port: 80),
        Instance(id: "web-2", address: "10.0.0.2", port: 8080),
      ])
    #expect(lines.members.allSatisfy { $0.standing == .checked })
    #expect(lines.expected == nil)
    let json = try listing(
      #"echo '[{"address":"10.0.0.1","port":81,"zone":"a"}]'"#, port: .trafficPort)
    #expect(
      json.members.map(\.instance)
        == [Instance(id: "10.0.0.1:81", address: "10.0.0.1", port: 81, zone: "a")])
  }

  @Test func noNameOfAPlaceIsDroppedOrChanged() throws {
    let first = try listing("printf '10.0.0.1\n10.0.0.2\n'")
    let second = try listing("printf '10.0.0.1\nb=10.0.0.1:80\n10.0.0.1:81\n10.0.0.2\n'")
    #expect(first.members.map(\.instance.id) == ["10.0.0.1", "10.0.0.2"])
    #expect(
      second.members.map(\.instance.id) == ["10.0.0.1", "b", "10.0.0.1:81", "10.0.0.2"])
  }

  @Test(arguments: ["true", "echo", "echo ' [ ] '"])
  func noInstanceYetIsAnEmptyGroup(command: String) throws {
    #expect(try listing(command).members.isEmpty)
  }

  @Test func itsStandardInputIsEmpty() throws {
    #expect(try listing("cat; echo 10.0.0.1").members.count == 1)
  }

  @Test func aFailureCarriesItsStatusAndItsWords() {
    #expect(
      failure("echo 10.0.0.1; echo no such service >&2; exit 3").hasSuffix(
        "lists no instances: it exited with status 3: no such service"))
    #expect(failure("no-such-command-anywhere").contains("status 127"))
    #expect(failure("kill -9 $$").hasSuffix("it was killed by signal 9"))
  }

  @Test func aSlowCommandIsKilledWithAllItsChildrenThoughTheyIgnoreSIGTERM() throws {
    let path = "\(FileManager.default.temporaryDirectory.path)/exec-\(getpid())-slow"
    defer { unlink(path) }
    let started = ContinuousClock.now
    let message = failure(
      "trap '' TERM INT; sh -c 'echo $$ > \(path); exec sleep 60' & wait", timeout: .seconds(1))
    #expect(message.hasSuffix("it took longer than 1s"))
    #expect(started.duration(to: .now) < .seconds(20))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let child = try #require(pid_t(text.filter(\.isNumber)))
    #expect(isGone(child))
  }

  /// Whether it has ended; nobody may have waited for it yet.
  private func isGone(_ process: pid_t) -> Bool {
    for _ in 0..<500 {
      guard kill(process, 0) == 0,
        let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
        !status.contains(") Z ")
      else { return true }
      usleep(10_000)
    }
    return false
  }

  @Test func outputWithoutEndIsCutShort() {
    #expect(
      failure("yes 10.0.0.1").hasSuffix("lists no instances: it printed more than 16 MiB"))
  }

  @Test func signalsThatAreBlockedHereReachTheCommand() {
    var blocked = sigset_t()
    var before = sigset_t()
    sigemptyset(&blocked)
    sigaddset(&blocked, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &blocked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    #expect(failure("kill -TERM $$; echo 10.0.0.1").hasSuffix("it was killed by signal 15"))
  }

  @Test(arguments: [
    ("echo 10.0.0.1; echo 'hello world'", "line 2: 'hello world' is not an instance"),
    ("echo a=10.0.0.1; echo a=10.0.0.2", "line 2: two instances are named 'a'"),
    ("echo 10.0.0.300", "'10.0.0.300' is not an IPv4 address"),
    (#"echo '[{"address":"10.0.0.1"}'"#, "JSON"),
    (#"echo '{"instances":[]}'"#, "not an array"),
    (#"printf '\377\3761\0000\000'"#, "UTF-16"),
    (#"printf '10.0.0.1\n\351\n'"#, "line 2: the text is not UTF-8"),
    ("echo '# none'", "lists no instance"),
  ])
  func outputThatIsNoListSaysWhere(command: String, expected: String) {
    let message = failure(command)
    #expect(message.hasPrefix("the output of the command '"))
    #expect(message.contains(expected), "\(message)")
  }

  @Test func underTheTrafficPortEachInstanceNeedsItsOwn() {
    #expect(failure("echo 10.0.0.1", port: .trafficPort).contains("10.0.0.1 has no port"))
  }

  @Test func aMessageStaysShortAndOnItsLine() {
    let padding = String(repeating: "x", count: 500)
    let message = failure("printf '%s\\n' 'a\tb c' 'd e' 'f g' 'h i' # \(padding)")
    #expect(message.utf8.count < 600)
    #expect(message.contains("and 1 more"))
    #expect(!message.contains("\n") && !message.contains("\t"))
  }
}
