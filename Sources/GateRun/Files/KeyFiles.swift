package import GateRecords
internal import GateSettings
internal import InstanceSources
internal import LibC

extension SigningKey {
  /// Reads the key that a setting names: a file, `env:NAME`, or `exec:COMMAND` that prints it.
  ///
  /// - Throws: `CommandFailure`, which quotes nothing of the key.
  package static func load(_ place: String) throws(CommandFailure) -> SigningKey {
    let text = try pem(place)
    do throws(KeyError) {
      return try SigningKey(pem: text)
    } catch {
      throw CommandFailure(
        .badContent,
        "sign_key \(shown(place)) cannot be used: \(error.message)\n"
          + "  hint: 'healthgate keygen FILE' makes a key, as does openssl genpkey -algorithm ed25519"
      )
    }
  }

  private static func pem(_ place: String) throws(CommandFailure) -> String {
    if let name = place.after("env:") {
      guard let value = getenv(name) else {
        throw CommandFailure(.noFile, "sign_key: the variable \(name) is not set")
      }
      return String(cString: value)
    }
    if let command = place.after("exec:") {
      let variables = SettingsLoader.environmentOfCommands
      let child = ChildProcess(words: ["/bin/sh", "-c", command], variables: variables)
      do throws(ChildProcess.Failure) {
        return String(
          decoding: try HostEnvironment.machine(variables: variables).run(child), as: UTF8.self)
      } catch {
        throw CommandFailure(.noFile, "sign_key: the command printed no key: \(error)")
      }
    }
    return try readKey(place.after("file:") ?? place, .keyOfSignKey)
  }

  private static func shown(_ place: String) -> String {
    "'\(SettingKey.signKey.masked(place).cleaned(to: 100))'"
  }
}

extension VerifyingKey {
  /// Reads a public key from a file.
  ///
  /// - Throws: `CommandFailure`
  package static func load(_ path: String) throws(CommandFailure) -> VerifyingKey {
    let text = try readKey(path, .key)
    do throws(KeyError) {
      return try VerifyingKey(pem: text)
    } catch {
      throw CommandFailure(
        .badContent, "the key \(path.quotedPath) cannot be used: \(error.message)")
    }
  }
}

private func readKey(_ path: String, _ kind: InputFile.Kind) throws(CommandFailure) -> String {
  String(decoding: try InputFile.required(path, as: kind), as: UTF8.self)
}

extension String {
  /// The rest after a prefix; nil if the text has another beginning.
  fileprivate func after(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
