internal import GateCore
internal import GateText

/// A request to an API, a metadata service, or another source of data.
package struct HTTPRequest: Sendable {
  package enum Method: Sendable {
    case get
    /// PUT without a body.
    case put
    /// POST with a body of `application/x-www-form-urlencoded`.
    case post(form: Secret)
    /// POST with text of the given content type.
    case send(text: Secret, contentType: String)
  }

  package enum ProxyUse: Sendable {
    /// The proxy of `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, as libcurl reads them.
    case environment
    /// No proxy, for link-local services: a proxy would ask its own.
    case none
  }

  package var method: Method
  package var url: String
  package var fields: [HTTPField] = []
  package var signing: Signing?
  package var proxyUse = ProxyUse.environment
  /// A file of certificates to trust instead of the system's; nil for the system's.
  package var authorityFile: String?
  package var connectTimeout: Duration = .seconds(5)
  /// The time limit of the whole exchange.
  package var timeout: Duration = .seconds(20)

  package init(_ method: Method, _ url: String) {
    self.method = method
    self.url = url
  }

  /// Secrets of the request, which a response may repeat.
  var secrets: SecretMask {
    let form = if case .post(let form) = method { "?\(form.revealed)" } else { "" }
    return SecretMask(
      SecretPlaces.sentSecrets(in: url, .place) + SecretPlaces.sentSecrets(in: form)
        + (signing?.credentials.secrets ?? [])
        + fields.filter { SecretPlaces.isSecret(header: $0.name) }.map(\.value.revealed))
  }

  /// AWS Signature Version 4.
  package struct Signing: Sendable {
    package var credentials: AWSCredentials
    package var region: String
    /// The service's name in the signature's scope, such as `elasticloadbalancing`.
    package var service: String
  }
}

package struct HTTPField: Hashable, Sendable {
  package var name: String
  package var value: Secret

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = Secret(value)
  }
}

package struct HTTPResponse: Sendable {
  package var status: Int
  package var body: [UInt8]
  /// The value of `Retry-After`; nil if there is none.
  package var retryAfter: String?

  var isSuccess: Bool { (200...299).contains(status) }

  /// The trimmed body if it is one short line of UTF-8; else nil.
  var line: String? {
    guard body.count <= 65_536, let text = String(validating: body, as: UTF8.self) else {
      return nil
    }
    let trimmed = text.trimmed
    return trimmed.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } ? trimmed : nil
  }
}

/// Why there is no response.
package struct HTTPFailure: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// There was no connection, or the response broke off; it can be retried.
    case unreachable
    /// The connection was made, but no complete response arrived in time; it can be retried.
    case silent
    /// The certificate is not trusted, or the handshake failed.
    case untrusted
    /// The response is larger than allowed.
    case tooLarge
    /// The request cannot be sent as it is.
    case unusable
  }

  package var kind: Kind
  package var detail: String
  /// The cause; nil if only the kind is known.
  var cause: GateFault.Cause?

  package var mayPass: Bool {
    switch kind {
    case .unreachable, .silent: true
    case .untrusted, .tooLarge, .unusable: false
    }
  }

  init(_ kind: Kind, _ detail: String, cause: GateFault.Cause? = nil) {
    self.kind = kind
    self.detail = detail
    self.cause = cause
  }
}
