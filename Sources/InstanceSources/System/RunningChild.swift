internal import CSystem
internal import LibC

/// A command that was started in a new process group.
package struct RunningChild: Sendable {
  package let id: Int32

  /// How it ended, as far as that is known; only a status of 0 is a success.
  package enum End: Hashable, Sendable {
    case exited(Int)
    case killed(signal: Int)
    /// The system does not report it, for this reason.
    case unknown(String)

    /// Reads a status of `waitpid`.
    init(waitStatus: CInt) {
      let signal = waitStatus & 0x7F
      self = signal == 0 ? .exited(Int(waitStatus >> 8 & 0xFF)) : .killed(signal: Int(signal))
    }
  }

  /// How it ended; nil while it runs.
  ///
  /// It must be called until it is not nil.
  package func end() -> End? {
    var status: CInt = 0
    switch hg_collect(id, &status) {
    case 0: return nil
    case id: return End(waitStatus: status)
    default: return .unknown(String(cString: strerror(errno)).lowercased())
    }
  }

  /// Whether its process group still exists; to be called only after it has ended.
  package var isGroupLeft: Bool { hg_is_group_left(id) }

  /// Sends a signal to its whole process group.
  package func send(_ signal: Int32) { kill(-id, signal) }
}

/// The setup of a child, completed before the child is started.
///
/// Each call can fail if there is no memory, and a child without one of them would write to the
/// wrong places. So every call is checked.
struct SpawnPlan: ~Copyable {
  private var actions = posix_spawn_file_actions_t()
  private var attributes = posix_spawnattr_t()

  init(input: String, output: CInt, errors: CInt) throws(ChildProcess.Failure) {
    try check(posix_spawn_file_actions_init(&actions))
    try check(posix_spawnattr_init(&attributes))
    try check(posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0))
    try check(posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO))
    try check(posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO))
    // The child must not inherit blocked or ignored signals.
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
