package import GateCore

/// The origin of a value.
package enum SettingOrigin: Hashable, Sendable {
  case flag(SettingKey)
  case variable(SettingKey)
  /// A line of the settings file, counted from 1.
  case file(path: String, line: Int)
  /// A load balancer or Terraform, such as `elb:web`.
  case imported(String)
  case `default`(DefaultSource)

  /// The source of a default.
  package enum DefaultSource: Hashable, Sendable {
    /// A default of the load balancer.
    case semantics(Semantics)
    /// A default of the gate.
    case gate
  }
}

extension SettingOrigin {
  /// Whether somebody chose the value, which is then not a default.
  package var isChosen: Bool {
    if case .default = self { false } else { true }
  }
}

extension SettingOrigin: CustomStringConvertible {
  /// The origin in words: `--healthy-threshold`, `gate.yaml:7`, `the default of classic`.
  package var description: String {
    switch self {
    case .flag(let key): key.flag
    case .variable(let key): key.variable
    case .file(let path, let line): "\(path):\(line)"
    case .imported(let source): source
    case .default(.semantics(let semantics)): "the default of \(semantics.rawValue)"
    case .default(.gate): "the default"
    }
  }
}

extension SettingOrigin {
  /// What would override a value from this origin; nil if nothing can.
  func overrides(of key: SettingKey) -> String? {
    guard key.isEverywhere else { return nil }
    return switch self {
    case .flag: nil
    case .variable: "\(key.flag) would override it"
    case .file: "a flag or \(key.variable) would override it"
    case .imported: "a flag, \(key.variable) or the file would override it"
    case .default: nil
    }
  }
}
