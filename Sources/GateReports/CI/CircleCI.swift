internal import GateText

/// What CircleCI reads: a script that every later step of the job begins with.
///
/// Source: CircleCI's documentation, "Set an environment variable", on `BASH_ENV`.
package enum CircleCI {
  /// For the file that `BASH_ENV` names.
  package static func script(_ verdict: CIVerdict) -> String {
    verdict.variables.map { "export \($0.name)=\(quoted($0.value))\n" }.joined()
  }

  /// As one word of a POSIX shell.
  static func quoted(_ text: String) -> String {
    "'\(text.escaping(["'": "'\\''"]))'"
  }
}
