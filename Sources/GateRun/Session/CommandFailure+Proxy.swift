internal import GateCore
internal import GateEngine
internal import GateInsight
internal import GateSettings

extension CommandFailure {
  /// The failure of a run without checks, because the proxy refused them all; it says what is
  /// needed.
  init(_ refusal: ProxyRefusal, proxy: String?) {
    let shown = proxy.map { "'\(SettingKey.proxy.masked($0))'" } ?? "the proxy"
    let advice = refusal.fault.cause.map { "\n  hint: \($0.advice)" } ?? ""
    self.init(
      .sourceUnavailable,
      "no check was made: \(refusal.fault.detail), for every instance\n  at proxy \(shown)\(advice)"
    )
  }
}
