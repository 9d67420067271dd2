internal import CCurl
internal import CCurlShims

/// An easy handle of libcurl and the response of its transfer; it owns both.
///
/// It allows only HTTP and HTTPS. It is a class because the loop also refers to it while its
/// transfer is running.
package final class EasyHandle {
  let raw: UnsafeMutableRawPointer
  package let response: UnsafeMutablePointer<CurlResponse>
  /// The index of the loop's group that runs the transfer; meaningful only while it is running.
  package internal(set) var group = 0

  /// Initializes libcurl once per process, on one thread: before 7.84 libcurl does not do so
  /// itself.
  static let library = curl_global_init(Int(CURL_GLOBAL_ALL))

  /// Creates a handle; the tag tells a loop which of its handles has finished.
  ///
  /// - Throws: `CurlFailure` if libcurl has no memory for another handle.
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

  /// The tag of the handle with this address in libcurl.
  static func tag(of raw: UnsafeMutableRawPointer) -> Int {
    var tag: UnsafeMutableRawPointer?
    guard hg_easy_get(raw, CURLINFO_PRIVATE, &tag) == CURLE_OK else { return -1 }
    return Int(bitPattern: tag) - 1
  }

  /// Performs the transfer and waits until it has finished.
  package func perform() throws(CurlFailure) {
    try CurlFailure.check(curl_easy_perform(raw))
  }

  // MARK: - Options

  package func set(_ option: CurlOption<Int>, _ value: Int) throws(CurlFailure) {
    try CurlFailure.check(hg_easy_set_long(raw, option.raw, value))
  }

  /// Sets an option whose value libcurl copies; nil restores the default.
  package func set(_ option: CurlOption<String>, _ value: String?) throws(CurlFailure) {
    // C would take the text before the zero byte as the whole value.
    guard value?.utf8.contains(0) != true else {
      throw CurlFailure("a part of the request has a zero byte")
    }
    try CurlFailure.check(hg_easy_set_pointer(raw, option.raw, value))
  }

  /// Sets a list, which must outlive the transfer.
  package func set(_ option: CurlOption<StringList>, _ list: StringList?) throws(CurlFailure) {
    try CurlFailure.check(hg_easy_set_pointer(raw, option.raw, list?.head))
  }

  /// Sets a URL, which must outlive the transfer.
  package func set(_ url: ParsedURL) throws(CurlFailure) {
    try CurlFailure.check(hg_easy_set_pointer(raw, CURLOPT_CURLU, UnsafeRawPointer(url.raw)))
  }

  package func offerNothingNewerThanTLS1_2() throws(CurlFailure) {
    try CurlFailure.check(
      hg_easy_set_long(raw, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_MAX_TLSv1_2)))
  }

  /// Makes TLS offer only HTTP/2; false if it cannot, so that libcurl's options must request it.
  package func offerHTTP2() -> Bool { hg_easy_offer_http2(raw) }

  /// Makes the transfer use the connection that was given to the response (`takeOver`).
  package func usesGivenConnection() throws(CurlFailure) {
    try CurlFailure.check(hg_easy_take_connected(raw))
  }

  // MARK: - Results

  /// The connection that a transfer made and left open (`CURLOPT_CONNECT_ONLY`); nil if there is
  /// none.
  package var openSocket: Int32? {
    var socket = CURL_SOCKET_BAD
    let code = hg_easy_get(raw, CURLINFO_ACTIVESOCKET, &socket)
    return code == CURLE_OK && socket != CURL_SOCKET_BAD ? socket : nil
  }

  /// The error text that libcurl has for this transfer, or else its general text for the result.
  package func words(for result: CurlResult) -> String {
    let said = withUnsafeBytes(of: &response.pointee.error) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return said.isEmpty ? String(cString: curl_easy_strerror(result)) : said
  }

  /// The value of a number; 0 if libcurl does not have it, as for the other types.
  package subscript(info: CurlInfo<Int>) -> Int { long(info.raw) }

  package subscript(info: CurlInfo<Int64>) -> Int64 {
    var value: curl_off_t = 0
    return hg_easy_get(raw, info.raw, &value) == CURLE_OK ? Int64(value) : 0
  }

  /// The reason why a SOCKS proxy did not make a connection.
  package var proxyError: CurlProxyCode {
    CurlProxyCode(UInt32(truncatingIfNeeded: long(CURLINFO_PROXY_ERROR)))
  }

  /// The address that the transfer is connected to, the proxy's if there is one; nil if there is
  /// none.
  package var primaryIP: String? {
    guard let value = pointer(CURLINFO_PRIMARY_IP) else { return nil }
    let text = String(cString: value.assumingMemoryBound(to: CChar.self))
    return text.isEmpty ? nil : text
  }

  /// The fields of the peer's own certificate, the first of the chain, by OpenSSL's names
  /// (`certInfo`).
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

/// A list of strings in the form that libcurl takes.
package final class StringList {
  private(set) var head: UnsafeMutablePointer<curl_slist>?

  /// - Throws: `CurlFailure` if there is no memory.
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
