internal import CSystem
internal import LibC

/// A command that was started, in a process group of its own, and how it ended.
package struct RunningChild: Sendable {
  package let id: Int32

  /// How it ended, as far as that is known: only a status of 0 is a success.
  package enum End: Hashable, Sendable {
    case exited(Int)
    case killed(signal: Int)
    /// The system does not say, and says why.
    case unknown(String)

    /// The status as `waitpid` gives it.
    init(waitStatus: CInt) {
      let signal = waitStatus & 0x7F
      self = signal == 0 ? .exited(Int(waitStatus >> 8 & 0xFF)) : .killed(signal: Int(signal))
    }
  }

  /// Nil while it runs; to be asked until it is not.
  package func end() -> End? {
    var status: CInt = 0
    switch hg_collect(id, &status) {
    case 0: return nil
    case id: return End(waitStatus: status)
    default: return .unknown(String(cString: strerror(errno)).lowercased())
    }
  }

  /// Whether others of its group are still there; to be asked once it has ended.
  package var isGroupLeft: Bool { hg_is_group_left(id) }

  /// To it and to all of its group.
  package func send(_ signal: Int32) { kill(-id, signal) }
}

/// What a child is given, made whole before it is started.
///
/// Each call can fail for want of memory, and a child without one of them would write to the wrong
/// places: so none of them is left unchecked.
struct SpawnPlan: ~Copyable {
  private var actions = posix_spawn_file_actions_t()
  private var attributes = posix_spawnattr_t()

  init(input: String, output: CInt, errors: CInt) throws(ChildProcess.Failure) {
    try check(posix_spawn_file_actions_init(&actions))
    try check(posix_spawnattr_init(&attributes))
    try check(posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0))
    try check(posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO))
    try check(posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO))
    // The signals that this process blocks or ignores are the child's to take.
    var none = sigset_t()
    sigemptyset(&none)
    try check(posix_spawnattr_setsigmask(&attributes, &none))
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    sigaddset(&defaults, SIGXFSZ)
    try check(posix_spawnattr_setsigdefault(&attributes, &defaults))
    try check(posix_spawnattr_setpgroup(&attributes, 0))
    let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
    try check(posix_spawnattr_setflags(&attributes, Int16(flags)))
  }

  deinit {
    var (actions, attributes) = (actions, attributes)
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }

  mutating func start(
    _ program: String, _ words: [String], _ variables: [String: String]
  ) throws(ChildProcess.Failure) -> RunningChild {
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] =
      variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in arguments + environment { free(pointer) } }
    var child: pid_t = 0
    try check(hg_spawn(&child, program, &actions, &attributes, &arguments, &environment))
    return RunningChild(id: child)
  }
}

private func check(_ code: CInt) throws(ChildProcess.Failure) {
  guard code == 0 else { throw .notStarted(String(cString: strerror(code))) }
}
