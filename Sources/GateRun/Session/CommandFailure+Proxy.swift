internal import GateCore
internal import GateEngine
internal import GateSettings

extension CommandFailure {
  /// No check was made, since the proxy let none through: says what it must be told or allow.
  init(_ refusal: ProxyRefusal, proxy: String?) {
    let shown = proxy.map { "'\(SettingKey.proxy.masked($0))'" } ?? "the proxy"
    self.init(
      .sourceUnavailable,
      "no check was made: \(refusal.fault.detail), for every instance\n  at proxy \(shown)\n"
        + "  hint: \(Self.hint(refusal.fault.cause))")
  }

  private static func hint(_ cause: GateFault.Cause?) -> String {
    switch cause {
    case .proxyRefused(status: 407), .proxyRefused(status: 0):
      "give a user and a password that it knows: SCHEME://USER:PASSWORD@HOST:PORT"
    case .proxyRefused(status: 429):
      "it takes fewer connections at a time: make the interval longer"
    case .proxyRefused(status: 400...599):
      "it must allow CONNECT to the addresses and ports of the instances, and not to 443 alone: "
        + "in squid http_access and SSL_ports, in tinyproxy ConnectPort"
    case .proxyRefused, .proxyUnusable, nil:
      "it must allow connections to the addresses and ports of the instances"
    }
  }
}
