import Glibc

/// A peer in Python: it prints one line when it is ready, and ends when its standard input does.
final class PeerProcess {
  /// The line that it printed.
  let announcement: String
  private let child: pid_t
  private let input: CInt

  static let python = getenv("TESTS_PYTHON").map { String(cString: $0) } ?? "python3"

  /// Starts a script of the folder `Peers`.
  init(_ script: String, _ arguments: String...) throws {
    var inputEnds: [CInt] = [0, 0]
    var outputEnds: [CInt] = [0, 0]
    guard pipe(&inputEnds) == 0, pipe(&outputEnds) == 0 else { throw PeerFailure(what: "no pipe") }
    for end in inputEnds + outputEnds { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, inputEnds[0], 0)
    posix_spawn_file_actions_adddup2(&actions, outputEnds[1], 1)
    let words = [Self.python, Fixture.folder("Peers") + script] + arguments
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, Self.python, &actions, nil, &argv, environ)
    close(inputEnds[0])
    close(outputEnds[1])
    defer { close(outputEnds[0]) }
    self.child = child
    input = inputEnds[1]
    guard code == 0 else {
      announcement = ""
      throw PeerFailure(what: "cannot start \(Self.python): \(code)")
    }
    announcement = Self.line(from: outputEnds[0], timeout: 60_000)
    guard !announcement.isEmpty else { throw PeerFailure(what: "\(script) did not start") }
  }

  deinit {
    close(input)
    kill(child, SIGTERM)
    var status: CInt = 0
    waitpid(child, &status, 0)
  }

  private static func line(from descriptor: CInt, timeout: CInt) -> String {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while poll(&polled, 1, timeout) > 0, read(descriptor, &byte, 1) == 1, byte != 0x0A {
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether Python has these packages.
  static func has(_ modules: String...) -> Bool {
    isTrue(
      "import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, sys.argv[1:])))", modules)
  }

  static var hasOpenSSL: Bool {
    isTrue("import shutil, sys; sys.exit(not shutil.which('openssl'))", [])
  }

  private static func isTrue(_ test: String, _ arguments: [String]) -> Bool {
    var argv: [UnsafeMutablePointer<CChar>?] =
      ([python, "-c", test] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var child: pid_t = 0
    guard posix_spawnp(&child, python, nil, nil, &argv, environ) == 0 else { return false }
    var status: CInt = 0
    return waitpid(child, &status, 0) == child && status == 0
  }
}

/// A file beside the tests.
enum Fixture {
  static func folder(_ name: String) -> String {
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
      .joined(separator: "/") + "/\(name)/"
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    guard let file = fopen(folder("Fixtures") + name, "r") else {
      throw PeerFailure(what: "there is no fixture \(name)")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
      bytes += chunk[..<count]
    }
    return bytes
  }
}
