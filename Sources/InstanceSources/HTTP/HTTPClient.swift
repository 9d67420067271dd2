internal import CCurl
internal import CCurlShims
internal import Glibc

/// Sends one request and waits for its answer, on the thread that asks.
///
/// Bounded in time by the request and in size here; follows no redirect, keeps no connection and
/// no cookie.
package enum HTTPClient {
  /// An answer of an API is some kilobytes an instance.
  static let bodyLimit = 8 << 20
  static let headerLimit = 64 << 10

  package static func send(_ request: HTTPRequest) throws(HTTPFailure) -> HTTPResponse {
    try HTTPTransfer(request).perform()
  }
}

/// One easy handle of libcurl with everything that must live as long as its transfer.
private final class HTTPTransfer {
  private let easy: UnsafeMutableRawPointer
  private let response: UnsafeMutablePointer<hg_response>
  /// libcurl's words for what went wrong.
  private let words: UnsafeMutablePointer<CChar>
  private var fields: UnsafeMutablePointer<curl_slist>?

  init(_ request: HTTPRequest) throws(HTTPFailure) {
    guard let response = hg_response_new() else {
      throw HTTPFailure(.unusable, "there is no memory for an answer")
    }
    guard let easy = curl_easy_init() else {
      hg_response_release(response)
      throw HTTPFailure(.unusable, "libcurl has no memory for a request")
    }
    self.easy = easy
    self.response = response
    response.pointee.header_limit = HTTPClient.headerLimit
    response.pointee.body_limit = HTTPClient.bodyLimit
    response.pointee.body_kept = HTTPClient.bodyLimit
    words = .allocate(capacity: Int(CURL_ERROR_SIZE))
    words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try apply(request)
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(fields)
    hg_response_release(response)
    words.deallocate()
  }

  func perform() throws(HTTPFailure) -> HTTPResponse {
    let code = curl_easy_perform(easy)
    guard code == CURLE_OK else { throw failure(code) }
    var status = 0
    try check(hg_easy_get_long(easy, CURLINFO_RESPONSE_CODE, &status))
    let body = UnsafeRawBufferPointer(
      start: response.pointee.body, count: response.pointee.body_length)
    var answer = HTTPResponse(status: status, body: Array(body))
    answer.retryAfter = value(of: "retry-after")
    return answer
  }

  /// The value of a header, by its name in lower case.
  private func value(of name: String) -> String? {
    let head = UnsafeRawBufferPointer(
      start: response.pointee.head, count: response.pointee.head_length)
    for line in String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == name else { continue }
      return parts[1].trimmingBlanks
    }
    return nil
  }

  private func apply(_ request: HTTPRequest) throws(HTTPFailure) {
    try check(hg_easy_set_response(easy, response))
    try check(hg_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, words))
    try set(CURLOPT_NOSIGNAL, 1)
    try check(hg_easy_allow_http(easy))
    try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    try set(CURLOPT_USERAGENT, "healthgate")
    try set(CURLOPT_URL, request.url)
    try set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connectTimeout))
    try set(CURLOPT_TIMEOUT_MS, milliseconds(request.timeout))
    if case .none = request.proxyUse { try set(CURLOPT_PROXY, "") }
    if let path = request.authorityFile { try trust(path) }
    try apply(request.method)
    var lines = request.fields
    if let signing = request.signing {
      try sign(signing)
      if let token = signing.credentials.sessionToken {
        lines.append(HTTPField("X-Amz-Security-Token", token.revealed))
      }
    }
    for field in lines { try add(field) }
    try check(hg_easy_set_list(easy, CURLOPT_HTTPHEADER, fields))
  }

  /// A file of certificates, or a folder of them by their hashes, as `c_rehash` leaves it.
  private func trust(_ path: String) throws(HTTPFailure) {
    var status = stat()
    let isFolder = stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    guard isFolder else { return try set(CURLOPT_CAINFO, path) }
    try check(hg_easy_set_pointer(easy, CURLOPT_CAINFO, nil))
    try set(CURLOPT_CAPATH, path)
  }

  private func apply(_ method: HTTPRequest.Method) throws(HTTPFailure) {
    switch method {
    case .get: break
    case .put: try set(CURLOPT_CUSTOMREQUEST, "PUT")
    case .post(let form):
      try set(CURLOPT_POST, 1)
      try set(CURLOPT_POSTFIELDSIZE, form.revealed.utf8.count)
      try set(CURLOPT_COPYPOSTFIELDS, form.revealed)
    case .send(let text, let contentType):
      try apply(.post(form: text))
      try add(HTTPField("Content-Type", contentType))
      // A server that does not know it would cost a second of waiting.
      try add(HTTPField("Expect", ""))
    }
  }

  /// Leaves the signature to libcurl.
  ///
  /// Only for a form that is posted to `/`: of other requests libcurl 7.88.1 signs many wrongly,
  /// and of any that has a standard header removed. It signs the host, `X-Amz-Date`, and the
  /// fields that are added here. User name and password are set apart: a secret may have a colon.
  private func sign(_ signing: HTTPRequest.Signing) throws(HTTPFailure) {
    try set(CURLOPT_AWS_SIGV4, "aws:amz:\(signing.region):\(signing.service)")
    try set(CURLOPT_USERNAME, signing.credentials.accessKeyID.revealed)
    try set(CURLOPT_PASSWORD, signing.credentials.secretAccessKey.revealed)
  }

  private func add(_ field: HTTPField) throws(HTTPFailure) {
    // Anything else could end the line and begin one of its own.
    guard field.value.revealed.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw HTTPFailure(.unusable, "the value for \(field.name) has control characters")
    }
    guard let longer = curl_slist_append(fields, "\(field.name): \(field.value.revealed)") else {
      throw HTTPFailure(.unusable, "libcurl has no memory for a header")
    }
    fields = longer
  }

  private func set(_ option: CURLoption, _ value: Int) throws(HTTPFailure) {
    try check(hg_easy_set_long(easy, option, value))
  }

  private func set(_ option: CURLoption, _ value: String) throws(HTTPFailure) {
    // C would take the part before it for the whole.
    guard !value.utf8.contains(0) else {
      throw HTTPFailure(.unusable, "a part of the request has a zero byte")
    }
    try check(hg_easy_set_string(easy, option, value))
  }

  private func check(_ code: CURLcode) throws(HTTPFailure) {
    guard code == CURLE_OK else { throw failure(code) }
  }

  private func failure(_ code: CURLcode) -> HTTPFailure {
    guard !response.pointee.body_too_large, !response.pointee.header_too_large else {
      return HTTPFailure(.tooLarge, "the answer is larger than \(HTTPClient.bodyLimit >> 20) MiB")
    }
    let said = String(cString: words).trimmingBlanks
    let detail = said.isEmpty ? String(cString: curl_easy_strerror(code)) : said
    switch code {
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CONNECT_ERROR:
      return HTTPFailure(.untrusted, detail)
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_NOT_BUILT_IN,
      CURLE_UNKNOWN_OPTION, CURLE_OUT_OF_MEMORY, CURLE_BAD_FUNCTION_ARGUMENT:
      return HTTPFailure(.unusable, detail)
    default: return HTTPFailure(.unreachable, detail)
    }
  }
}

private func milliseconds(_ duration: Duration) -> Int {
  // 0 would be no bound at all.
  max(1, Int(duration / .milliseconds(1)))
}
