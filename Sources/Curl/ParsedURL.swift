internal import CCurl

/// A URL that libcurl has parsed once: parsing it for each check would be an eighth of the check's
/// cost.
package final class ParsedURL {
  let raw: OpaquePointer

  /// - Throws: `CurlFailure` if libcurl cannot parse it.
  package init(_ text: String) throws(CurlFailure) {
    guard let raw = curl_url() else { throw CurlFailure(CURLE_OUT_OF_MEMORY) }
    self.raw = raw
    // The flags by which `CURLOPT_URL` and `CURLOPT_PATH_AS_IS` parse it.
    let flags = CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS
    guard curl_url_set(raw, CURLUPART_URL, text, UInt32(flags)) == CURLUE_OK else {
      throw CurlFailure(CURLE_URL_MALFORMAT)
    }
  }

  deinit {
    curl_url_cleanup(raw)
  }
}
