internal import CurlHTTP
internal import GateCore
internal import GateRecords
internal import GateSettings

extension Settings {
  /// The requests and expectations of each health check.
  ///
  /// - Throws: `CommandFailure` if a required file cannot be used.
  func probePlans() throws -> [RequestTemplate] {
    try checks.map { try $0.probePlan(without: secrets) }
  }

  /// The request and expectations of the first health check.
  ///
  /// - Throws: `CommandFailure` if a required file cannot be used.
  func probePlan() throws -> RequestTemplate { try checks[0].probePlan(without: secrets) }

  /// The parts of each health check's request and expectations that differ from the load
  /// balancer's.
  var requestsInForce: [[RunHeader.RequestSetting]] {
    checks.map { $0.requestInForce(without: secrets) }
  }

  /// The same parts for the first health check.
  var requestInForce: [RunHeader.RequestSetting] { checks[0].requestInForce(without: secrets) }
}

extension CheckSettings {
  fileprivate func probePlan(without secrets: SecretMask) throws -> RequestTemplate {
    let files: [(SettingKey, String?)] = [
      (.caFile, tls.caFile), (.clientCert, tls.clientCert), (.clientKey, tls.clientKey),
    ]
    for case (let key, let file?) in files {
      try checkPEM(file, of: key)
    }
    var plan = RequestTemplate(check: check)
    plan.method = request.method
    plan.host = request.host
    plan.userAgent = request.userAgent
    plan.headers = request.headers
    plan.verifiesTLS = tls.isVerified
    plan.caFile = tls.caFile
    plan.clientCertificate = tls.clientCert
    plan.clientKey = tls.clientKey
    plan.serverName = tls.serverName
    plan.tlsMax = tls.max
    plan.protocolVersion = request.protocolVersion
    plan.grpcService = request.grpcService
    plan.proxyProtocol = request.proxyProtocol
    plan.proxy = proxy
    plan.connectTo = connectTo
    plan.secrets = secrets
    if !expectations.isEmpty {
      plan.judge = try ExpectationJudge(expectations, secrets: plan.secrets)
    }
    return plan
  }

  /// Checks a file of certificates or keys now, because an unusable one would fail every check.
  ///
  /// - Throws: `CommandFailure`
  private func checkPEM(_ path: String, of key: SettingKey) throws(CommandFailure) {
    let kind = InputFile.Kind.certificates(of: key)
    // The TLS library reads the file for each connection, and would block on a pipe.
    guard InputFile.canBeReadAgain(path) else {
      throw CommandFailure(
        .badContent,
        "\(kind.name) is not a regular file: \(path.quotedPath) can be read only once\n  hint: write it to a file first"
      )
    }
    let bytes = try InputFile.required(path, as: kind)
    guard String(decoding: bytes, as: UTF8.self).contains("-----BEGIN ") else {
      throw CommandFailure(
        .badContent,
        "\(path.quotedPath) has no certificate or key in it\n  hint: a PEM file begins with -----BEGIN"
      )
    }
  }

  fileprivate func requestInForce(without secrets: SecretMask) -> [RunHeader.RequestSetting] {
    SettingKey.allCases.filter(\.isOfRequest).compactMap { key in
      let given = (inForce.values[key] ?? []).filter(\.origin.isChosen)
      guard !given.isEmpty else { return nil }
      return RunHeader.RequestSetting(
        key.rawValue, given.map { key.masked($0.text, without: secrets) })
    }
  }
}
