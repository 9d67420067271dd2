internal import CCurl
internal import CCurlShims

#if canImport(Glibc)
  internal import Glibc
#endif

/// One easy handle of libcurl and what its transfer receives; it owns both.
final class EasyHandle {
  let raw: UnsafeMutableRawPointer
  let response: UnsafeMutablePointer<hg_response>
  /// Where it is while its transfer is under way, among a loop's groups.
  var group = 0

  /// - Throws: `CurlFailure` when libcurl has no memory for another handle.
  init() throws(CurlFailure) {
    guard let response = hg_response_new() else { throw CurlFailure(.outOfMemory) }
    guard let raw = curl_easy_init() else {
      hg_response_release(response)
      throw CurlFailure(CURLE_FAILED_INIT)
    }
    self.raw = raw
    self.response = response
  }

  deinit {
    curl_easy_cleanup(raw)
    hg_response_release(response)
  }

  func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
    try CurlFailure.check(hg_easy_set_long(raw, option, value))
  }

  /// Sets an option that libcurl copies; nil goes back to its default.
  func set(_ option: CURLoption, _ value: String?) throws(CurlFailure) {
    let code =
      if let value { value.withCString { hg_easy_set_string(raw, option, $0) } } else {
        hg_easy_set_string(raw, option, nil)
      }
    try CurlFailure.check(code)
  }

  /// Sets a list that must outlive the transfer.
  func set(_ option: CURLoption, _ list: StringList?) throws(CurlFailure) {
    try CurlFailure.check(hg_easy_set_list(raw, option, list?.head))
  }

  /// Has the response filled by this handle's transfers.
  func receiveResponse() throws(CurlFailure) {
    try CurlFailure.check(hg_easy_set_response(raw, response))
  }

  /// The connection that a transfer has made and left open (`CURLOPT_CONNECT_ONLY`); nil: none.
  var openSocket: Int32? {
    var socket = CURL_SOCKET_BAD
    let code = hg_easy_get_socket(raw, CURLINFO_ACTIVESOCKET, &socket)
    return code == CURLE_OK && socket != CURL_SOCKET_BAD ? socket : nil
  }

  /// What went wrong, in libcurl's words for this transfer or else for all of its kind.
  func words(for result: CURLcode) -> String {
    let said = withUnsafeBytes(of: &response.pointee.error) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return (said.isEmpty ? String(cString: curl_easy_strerror(result)) : said).lowercasedFirst
  }

  func long(_ info: CURLINFO) -> Int {
    var value = 0
    return hg_easy_get_long(raw, info, &value) == CURLE_OK ? value : 0
  }

  func microseconds(_ info: CURLINFO) -> Int64 {
    var value: curl_off_t = 0
    return hg_easy_get_offset(raw, info, &value) == CURLE_OK ? Int64(value) : 0
  }

  /// A text that libcurl keeps until the next transfer; nil when it is empty.
  func text(_ info: CURLINFO) -> String? {
    var value: UnsafeMutableRawPointer?
    guard hg_easy_get_pointer(raw, info, &value) == CURLE_OK, let value else { return nil }
    let text = String(cString: value.assumingMemoryBound(to: CChar.self))
    return text.isEmpty ? nil : text
  }
}

/// A list of strings as libcurl takes it.
final class StringList {
  private(set) var head: UnsafeMutablePointer<curl_slist>?

  /// - Throws: `CurlFailure` when there is no memory.
  init(_ strings: [String]) throws(CurlFailure) {
    for string in strings {
      guard let longer = curl_slist_append(head, string) else { throw CurlFailure(.outOfMemory) }
      head = longer
    }
  }

  deinit {
    curl_slist_free_all(head)
  }
}

/// What libcurl, or the system, says when it cannot do as it is told.
package struct CurlFailure: Error, CustomStringConvertible {
  package let description: String

  init(_ code: CURLcode) {
    description = "libcurl: \(String(cString: curl_easy_strerror(code))) (\(code.rawValue))"
  }

  init(_ code: CURLMcode) {
    description = "libcurl: \(String(cString: curl_multi_strerror(code))) (\(code.rawValue))"
  }

  /// What could not be done, and the system's error.
  init(_ what: String, errno code: Int32) {
    description = "\(what): \(String(cString: strerror(code)).lowercasedFirst)"
  }

  static func check(_ code: CURLcode) throws(CurlFailure) {
    guard code == CURLE_OK else { throw CurlFailure(code) }
  }

  static func check(_ code: CURLMcode) throws(CurlFailure) {
    guard code == CURLM_OK else { throw CurlFailure(code) }
  }
}
