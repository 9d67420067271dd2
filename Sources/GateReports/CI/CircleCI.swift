internal import GateText

/// The script that CircleCI sources at the beginning of every later step of the job.
///
/// Source: CircleCI's documentation, "Set an environment variable", on `BASH_ENV`.
package enum CircleCI {
  /// The lines for the file that `BASH_ENV` names.
  package static func script(_ verdict: CIVerdict) -> String {
    verdict.variables.map { "export \($0.name)=\(quoted($0.value))\n" }.joined()
  }

  /// The text as one word of a POSIX shell.
  static func quoted(_ text: String) -> String {
    "'\(text.escaping(["'": "'\\''"]))'"
  }
}
