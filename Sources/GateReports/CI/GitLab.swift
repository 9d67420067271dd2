/// Escape sequences for sections that can be folded in GitLab's job log.
///
/// Source: GitLab's documentation, "CI/CD job logs", "Create custom collapsible sections".
enum GitLab {
  private static let name = "healthgate_checks"
  private static let erase = "\u{1B}[0K"

  /// Begins a section; `time` is in seconds since 1970, also in the functions below.
  static func sectionStart(time: Int64) -> String {
    "\(erase)section_start:\(time):\(name)[collapsed=true]\r\(erase)healthgate: checks\n"
  }

  static func sectionEnd(time: Int64) -> String {
    "\(erase)section_end:\(time):\(name)\r\(erase)\n"
  }
}
