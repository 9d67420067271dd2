package import GateCore

/// Where a value comes from.
package enum SettingOrigin: Hashable, Sendable {
  case flag(SettingKey)
  case variable(SettingKey)
  /// A line of the file given with `--config`, counted from 1.
  case file(path: String, line: Int)
  /// From a load balancer or Terraform: `elb:web`.
  case imported(String)
  case `default`(DefaultSource)

  /// Whose default it is.
  package enum DefaultSource: Hashable, Sendable {
    /// The load balancer's.
    case semantics(Semantics)
    /// The gate's own.
    case gate
  }
}

extension SettingOrigin {
  /// Whether somebody chose the value: it is no default.
  package var isChosen: Bool {
    if case .default = self { false } else { true }
  }
}

extension SettingOrigin: CustomStringConvertible {
  /// As people read it: `--healthy-threshold`, `gate.yaml:7`, `the default of classic`.
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

extension SettingOrigin: Comparable {
  /// The lesser gives way to the greater; lines of one file are equals.
  package static func < (left: SettingOrigin, right: SettingOrigin) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .default: 0
    case .imported: 1
    case .file: 2
    case .variable: 3
    case .flag: 4
    }
  }

  /// What would beat a value from here; nil when nothing would.
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
