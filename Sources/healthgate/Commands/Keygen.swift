internal import ArgumentParser
internal import GateRecords
internal import GateRun

#if canImport(Glibc)
  internal import Glibc
#endif

/// Makes a pair of keys to sign verdicts with.
struct Keygen: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    _superCommandName: "healthgate",
    abstract: "Make a pair of keys to sign verdicts with.",
    discussion: """
      FILE gets the private key (PKCS #8 in PEM, readable by you alone), FILE.pub the public one. \
      Neither may be there already. Sign with --sign-key FILE, check with \
      'healthgate verify VERDICT --key FILE.pub'.
      """)

  @Argument(
    help: ArgumentHelp("Where the private key goes.", valueName: "FILE"), completion: .file())
  var file: String

  func run() throws {
    let key = SigningKey()
    try write(key.pem, to: file, mode: 0o600)
    do {
      try write(key.publicKey.pem, to: "\(file).pub", mode: 0o644)
    } catch {
      // A key of which nobody has the other half is of no use.
      unlink(file)
      throw error
    }
    try Output.print("\(key.publicKey.id)\n")
  }

  private func write(_ text: String, to path: String, mode: mode_t) throws(CommandFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      let hint = errno == EEXIST ? "\n  hint: a key is never overwritten; name another file" : ""
      throw CommandFailure(
        .notWritten, "the key cannot be written to '\(path)': \(SystemError.last.words)\(hint)")
    }
    defer { close(descriptor) }
    do throws(SystemError) {
      try Output.write(text.utf8, to: descriptor)
      guard fsync(descriptor) == 0 else { throw .last }
    } catch {
      unlink(path)
      throw CommandFailure(.notWritten, "the key cannot be written to '\(path)': \(error.words)")
    }
  }
}
