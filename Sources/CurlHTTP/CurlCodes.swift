internal import Curl

/// Classes of libcurl's results, by what they say about the cause.
///
/// The phase of the check decides beside it (`TransferEnd`): once a byte of an answer has come, no
/// result is the gate's but for want of memory that the gate itself noticed.
enum ResultClass: Hashable {
  /// No connection: the system's error says why.
  case connecting
  /// The name of an instance or a proxy.
  case lookup
  /// A SOCKS proxy's error, given by `CURLINFO_PROXY_ERROR`.
  case proxy
  /// The peer's part in the TLS handshake.
  case tls
  /// An established connection that broke.
  case broken
  /// The connection was closed without a byte of a response.
  case silence
  /// A body that ended too soon.
  case cutOff
  /// A malformed response.
  case form
  /// A time of libcurl's own ran out, though it is told to have none.
  case time
  /// Settings, files or libraries here; no instance can bring it about before it has answered.
  case here
  /// Another protocol's, or of a newer libcurl.
  case other
}

extension CurlResult {
  /// By number, since some names are newer than the oldest libcurl that will do.
  ///
  /// Source: libcurl-errors(3).
  var resultClass: ResultClass {
    Int(rawValue) < Self.classes.count ? Self.classes[Int(rawValue)] : .other
  }

  /// By the number of the result; 0 is success and never asked for.
  static let classes: [ResultClass] = {
    var classes = [ResultClass](repeating: .other, count: 102)
    let table: [(ResultClass, [Int])] = [
      (.connecting, [7, 45]),
      (.lookup, [5, 6]),
      (.proxy, [97]),
      // Handshake, verification, a certificate that the peer wants, and what was stapled.
      (.tls, [60, 64, 80, 83, 90, 91, 98, 101]),
      (.broken, [35, 55, 56]),
      (.silence, [52]),
      (.cutOff, [18]),
      // Not HTTP, encodings, ranges, chunks, HTTP/2 and 3, callbacks that refuse what came.
      (.form, [1, 8, 16, 22, 23, 33, 34, 36, 47, 61, 63, 88, 92, 94, 95, 96, 100]),
      (.time, [28]),
      // libcurl itself, its options, memory, files, keys, engines and the system's poll.
      (
        .here,
        [2, 3, 4, 26, 27, 37, 41, 42, 43, 48, 49, 53, 54, 58, 59, 65, 66, 77, 81, 82, 89, 93, 99]
      ),
    ]
    for (kind, codes) in table {
      for code in codes { classes[code] = kind }
    }
    return classes
  }()
}
