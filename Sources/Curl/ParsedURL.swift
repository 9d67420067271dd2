internal import CCurl

/// A URL that libcurl has read once: an eighth of what a check costs is reading it again.
package final class ParsedURL {
  let raw: OpaquePointer

  /// - Throws: `CurlFailure` when libcurl cannot read it.
  package init(_ text: String) throws(CurlFailure) {
    guard let raw = curl_url() else { throw CurlFailure(CURLE_OUT_OF_MEMORY) }
    self.raw = raw
    // As `CURLOPT_URL` and `CURLOPT_PATH_AS_IS` have it read.
    let flags = CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS
    guard curl_url_set(raw, CURLUPART_URL, text, UInt32(flags)) == CURLUE_OK else {
      throw CurlFailure(CURLE_URL_MALFORMAT)
    }
  }

  deinit {
    curl_url_cleanup(raw)
  }
}
