internal import Curl

/// Classes of libcurl's results, by what they say about the cause.
///
/// The phase of the check matters too (`TransferEnd`): once a byte of a response has arrived, only
/// the gate's own lack of memory is a gate fault.
enum ResultClass: Hashable {
  /// There was no connection; the system's error says why.
  case connecting
  /// The name of an instance or a proxy.
  case lookup
  /// A SOCKS proxy's error, given by `CURLINFO_PROXY_ERROR`.
  case proxy
  /// An error of the peer in the TLS handshake.
  case tls
  /// An established connection that broke.
  case broken
  /// The connection was closed without a byte of a response.
  case silence
  /// A body that ended too soon.
  case cutOff
  /// A malformed response.
  case form
  /// A time limit of libcurl expired, although none was set.
  case time
  /// An error of local settings, files or libraries; no instance can cause it before it has
  /// responded.
  case here
  /// A result for another protocol, or from a newer libcurl.
  case other
}

extension CurlResult {
  /// The class, by number, because some names are newer than the oldest libcurl that is supported.
  ///
  /// Source: libcurl-errors(3).
  var resultClass: ResultClass {
    Int(rawValue) < Self.classes.count ? Self.classes[Int(rawValue)] : .other
  }

  /// The classes, indexed by the result's number; 0, a success, is never looked up.
  static let classes: [ResultClass] = {
    var classes = [ResultClass](repeating: .other, count: 102)
    let table: [(ResultClass, [Int])] = [
      (.connecting, [7, 45]),
      (.lookup, [5, 6]),
      (.proxy, [97]),
      // Handshake, verification, a certificate that the peer requires, and stapled OCSP responses.
      (.tls, [60, 64, 80, 83, 90, 91, 98, 101]),
      (.broken, [35, 55, 56]),
      (.silence, [52]),
      (.cutOff, [18]),
      // Not HTTP, encodings, ranges, chunks, HTTP/2 and 3, and callbacks that refused received
      // data.
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
