internal import CSystem
internal import Curl
internal import LibC

/// Resolves names without blocking the loop, so that an unanswered one delays only its own checks.
///
/// Concurrent requests for the same name share one lookup.
final class NameResolver {
  private let raw: OpaquePointer
  private var underWay: [String: Lookup] = [:]
  private var names: [Int: String] = [:]
  private var nextToken = 1

  private struct Lookup {
    var token: Int
    var waiting: [(Outcome) -> Void]
  }

  enum Outcome {
    /// The addresses, separated by commas as in `CURLOPT_RESOLVE`.
    case addresses(String)
    /// The lookup failed, with the system's error text.
    case failed(String)
  }

  /// - Throws: `CurlFailure` if the system provides no descriptor.
  init() throws(CurlFailure) {
    guard let raw = hg_resolver_new() else { throw CurlFailure("no resolver", errno: errno) }
    self.raw = raw
  }

  deinit {
    hg_resolver_release(raw)
  }

  /// A descriptor that is readable when `takeDone` has results to deliver.
  var event: Int32 { hg_resolver_event(raw) }

  /// Looks a name up; calls `then` at once, or later from `takeDone`.
  func lookUp(_ name: String, then: @escaping (Outcome) -> Void) {
    guard underWay[name] == nil else {
      underWay[name]?.waiting.append(then)
      return
    }
    let token = nextToken
    nextToken += 1
    let code = hg_resolver_begin(raw, name, token)
    guard code == 0 else {
      let words = String(cString: strerror(code)).lowercasedFirst
      return then(.failed("no thread to look the name up on: \(words)"))
    }
    names[token] = name
    underWay[name] = Lookup(token: token, waiting: [then])
  }

  /// Delivers the results of finished lookups.
  func takeDone() {
    var found = hg_lookup()
    while hg_resolver_next(raw, &found) {
      guard let name = names.removeValue(forKey: found.token),
        let lookup = underWay.removeValue(forKey: name)
      else { continue }
      let outcome = Outcome(found, of: name)
      for waiting in lookup.waiting { waiting(outcome) }
    }
  }
}

extension NameResolver.Outcome {
  fileprivate init(_ found: hg_lookup, of name: String) {
    var found = found
    func text(_ bytes: UnsafeRawBufferPointer) -> String {
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let error = withUnsafeBytes(of: &found.error, text)
    let addresses = withUnsafeBytes(of: &found.addresses, text)
    self =
      addresses.isEmpty
      ? .failed(
        "could not resolve host: \(name) (\(error.isEmpty ? "no address" : error.lowercasedFirst))")
      : .addresses(addresses)
  }
}
