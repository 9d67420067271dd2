internal import GateArguments
internal import GateRecords
internal import GateRun
internal import LibC

/// Creates a pair of keys to sign verdicts.
enum Keygen: Command {
  static let name = "keygen"
  static let declaration = CommandDeclaration(
    name, "Create a key pair for signing verdicts.",
    discussion: """
      Writes the private key (PKCS #8 in PEM, readable only by you) to FILE and the public key to \
      FILE.pub. Neither file may exist. Sign with --sign-key FILE, and verify with \
      'healthgate verify VERDICT --key FILE.pub'.
      """,
    argument: CommandArgument("FILE", .one, "File for the private key.", completion: .files))

  static func run(_ words: CommandWords) throws {
    let file = words.arguments[0]
    let key = SigningKey()
    try NewFile.write(key.pem, of: "the key", to: file, mode: 0o600)
    do {
      try NewFile.write(key.publicKey.pem, of: "the key", to: "\(file).pub")
    } catch {
      // A private key without its public key is useless.
      unlink(file)
      throw error
    }
    try Output.print("\(key.publicKey.id)\n")
  }
}
