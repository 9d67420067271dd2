internal import ArgumentParser
internal import GateRecords
internal import GateRun
internal import LibC

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
    try NewFile.write(key.pem, of: "the key", to: file, mode: 0o600)
    do {
      try NewFile.write(key.publicKey.pem, of: "the key", to: "\(file).pub")
    } catch {
      // A key of which nobody has the other half is of no use.
      unlink(file)
      throw error
    }
    try Output.print("\(key.publicKey.id)\n")
  }
}
