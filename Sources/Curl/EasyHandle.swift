internal import CCurl
internal import CCurlShims

/// One easy handle of libcurl and what its transfer receives; it owns both.
///
/// It speaks HTTP and HTTPS only. A class: while its transfer is under way a loop knows it, too.
package final class EasyHandle {
  let raw: UnsafeMutableRawPointer
  package let response: UnsafeMutablePointer<CurlResponse>
  /// Where it is while its transfer is under way, among a loop's groups.
  package internal(set) var group = 0

  /// Once a process, and by one thread: before 7.84 libcurl leaves that to whoever uses it.
  static let library = curl_global_init(Int(CURL_GLOBAL_ALL))

  /// A loop tells by its tag which of its handles has ended.
  ///
  /// - Throws: `CurlFailure` when libcurl has no memory for another handle.
  package init(tag: Int = 0) throws(CurlFailure) {
    try CurlFailure.check(Self.library)
    guard let response = hg_response_new() else { throw CurlFailure(.outOfMemory) }
    guard let raw = curl_easy_init() else {
      hg_response_release(response)
      throw CurlFailure(CURLE_FAILED_INIT)
    }
    self.raw = raw
    self.response = response
    try CurlFailure.check(
      hg_easy_set_pointer(raw, CURLOPT_PRIVATE, UnsafeRawPointer(bitPattern: tag + 1)))
    try CurlFailure.check(hg_easy_set_response(raw, response))
    try CurlFailure.check(hg_easy_allow_http(raw))
    try set(.noSignal, 1)
  }

  deinit {
    curl_easy_cleanup(raw)
    hg_response_release(response)
  }

  /// The tag of the handle that libcurl knows by this address.
  static func tag(of raw: UnsafeMutableRawPointer) -> Int {
    var tag: UnsafeMutableRawPointer?
    guard hg_easy_get(raw, CURLINFO_PRIVATE, &tag) == CURLE_OK else { return -1 }
    return Int(bitPattern: tag) - 1
  }

  /// Makes the transfer and waits for its end.
  package func perform() throws(CurlFailure) {
    try CurlFailure.check(curl_easy_perform(raw))
  }

  // MARK: - Options

  package func set(_ option: CurlOption<Int>, _ value: Int) throws(CurlFailure) {
    try CurlFailure.check(hg_easy_set_long(raw, option.raw, value))
  }

  /// Sets an option that libcurl copies; nil goes back to its default.
  package func set(_ option: CurlOption<String>, _ value: String?) throws(CurlFailure) {
    // C would take the part before it for the whole.
    guard value?.utf8.contains(0) != true else {
      throw CurlFailure("a part of the request has a zero byte")
    }
    try CurlFailure.check(hg_easy_set_pointer(raw, option.raw, value))
  }

  /// Sets a list that must outlive the transfer.
  package func set(_ option: CurlOption<StringList>, _ list: StringList?) throws(CurlFailure) {
    try CurlFailure.check(hg_easy_set_pointer(raw, option.raw, list?.head))
  }

  /// Sets a URL that must outlive the transfer.
  package func set(_ url: ParsedURL) throws(CurlFailure) {
    try CurlFailure.check(hg_easy_set_pointer(raw, CURLOPT_CURLU, UnsafeRawPointer(url.raw)))
  }

  package func offerNothingNewerThanTLS1_2() throws(CurlFailure) {
    try CurlFailure.check(
      hg_easy_set_long(raw, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_MAX_TLSv1_2)))
  }

  /// Has TLS offer HTTP/2 alone; false: libcurl's options must ask for it.
  package func offerHTTP2() -> Bool { hg_easy_offer_http2(raw) }

  /// Has a connection used as it is that is given to the response (`takeOver`).
  package func usesGivenConnection() throws(CurlFailure) {
    try CurlFailure.check(hg_easy_take_connected(raw))
  }

  // MARK: - What came

  /// The connection that a transfer has made and left open (`CURLOPT_CONNECT_ONLY`); nil: none.
  package var openSocket: Int32? {
    var socket = CURL_SOCKET_BAD
    let code = hg_easy_get(raw, CURLINFO_ACTIVESOCKET, &socket)
    return code == CURLE_OK && socket != CURL_SOCKET_BAD ? socket : nil
  }

  /// What went wrong, in libcurl's words for this transfer or else for all of its kind.
  package func words(for result: CurlResult) -> String {
    let said = withUnsafeBytes(of: &response.pointee.error) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return said.isEmpty ? String(cString: curl_easy_strerror(result)) : said
  }

  /// 0 where libcurl does not say; so are the others.
  package subscript(info: CurlInfo<Int>) -> Int { long(info.raw) }

  package subscript(info: CurlInfo<Int64>) -> Int64 {
    var value: curl_off_t = 0
    return hg_easy_get(raw, info.raw, &value) == CURLE_OK ? Int64(value) : 0
  }

  /// Why a SOCKS proxy has made no connection.
  package subscript(info: CurlInfo<CurlProxyCode>) -> CurlProxyCode {
    CurlProxyCode(UInt32(truncatingIfNeeded: long(info.raw)))
  }

  /// A text that libcurl keeps until the next transfer; nil when it is empty.
  package subscript(info: CurlInfo<String>) -> String? {
    guard let value = pointer(info.raw) else { return nil }
    let text = String(cString: value.assumingMemoryBound(to: CChar.self))
    return text.isEmpty ? nil : text
  }

  /// What the first certificate of the chain says, which is the peer's own, under OpenSSL's names (`certInfo`).
  package var certificate: [String: String] {
    guard let chain = pointer(CURLINFO_CERTINFO)?.assumingMemoryBound(to: curl_certinfo.self),
      chain.pointee.num_of_certs > 0
    else { return [:] }
    var entries: [String: String] = [:]
    var item = chain.pointee.certinfo[0]
    while let entry = item?.pointee {
      let line = String(cString: entry.data)
      if let colon = line.firstIndex(of: ":") {
        entries[String(line[..<colon])] = String(line[line.index(after: colon)...])
      }
      item = entry.next
    }
    return entries
  }

  private func long(_ info: CURLINFO) -> Int {
    var value = 0
    return hg_easy_get(raw, info, &value) == CURLE_OK ? value : 0
  }

  private func pointer(_ info: CURLINFO) -> UnsafeMutableRawPointer? {
    var value: UnsafeMutableRawPointer?
    return hg_easy_get(raw, info, &value) == CURLE_OK ? value : nil
  }
}

/// A list of strings as libcurl takes it.
package final class StringList {
  private(set) var head: UnsafeMutablePointer<curl_slist>?

  /// - Throws: `CurlFailure` when there is no memory.
  package init(_ strings: [String]) throws(CurlFailure) {
    for string in strings {
      guard let longer = curl_slist_append(head, string) else { throw CurlFailure(.outOfMemory) }
      head = longer
    }
  }

  deinit {
    curl_slist_free_all(head)
  }
}
