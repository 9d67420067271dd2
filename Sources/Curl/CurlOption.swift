internal import CCurl

/// An option of libcurl, with its own name and the type of its value, which libcurl does not check.
package struct CurlOption<Value>: Sendable {
  let raw: CURLoption
}

extension CurlOption<Int> {
  package static var bufferSize: Self { Self(raw: CURLOPT_BUFFERSIZE) }
  package static var certInfo: Self { Self(raw: CURLOPT_CERTINFO) }
  package static var connectOnly: Self { Self(raw: CURLOPT_CONNECT_ONLY) }
  package static var connectTimeoutMS: Self { Self(raw: CURLOPT_CONNECTTIMEOUT_MS) }
  package static var dnsCacheTimeout: Self { Self(raw: CURLOPT_DNS_CACHE_TIMEOUT) }
  package static var forbidReuse: Self { Self(raw: CURLOPT_FORBID_REUSE) }
  package static var freshConnect: Self { Self(raw: CURLOPT_FRESH_CONNECT) }
  package static var http09Allowed: Self { Self(raw: CURLOPT_HTTP09_ALLOWED) }
  package static var httpContentDecoding: Self { Self(raw: CURLOPT_HTTP_CONTENT_DECODING) }
  package static var httpProxyTunnel: Self { Self(raw: CURLOPT_HTTPPROXYTUNNEL) }
  package static var httpVersion: Self { Self(raw: CURLOPT_HTTP_VERSION) }
  package static var noBody: Self { Self(raw: CURLOPT_NOBODY) }
  static var noSignal: Self { Self(raw: CURLOPT_NOSIGNAL) }
  package static var pathAsIs: Self { Self(raw: CURLOPT_PATH_AS_IS) }
  package static var post: Self { Self(raw: CURLOPT_POST) }
  package static var postFieldSize: Self { Self(raw: CURLOPT_POSTFIELDSIZE) }
  package static var sslEnableALPN: Self { Self(raw: CURLOPT_SSL_ENABLE_ALPN) }
  package static var sslSessionIDCache: Self { Self(raw: CURLOPT_SSL_SESSIONID_CACHE) }
  package static var sslVerifyHost: Self { Self(raw: CURLOPT_SSL_VERIFYHOST) }
  package static var sslVerifyPeer: Self { Self(raw: CURLOPT_SSL_VERIFYPEER) }
  package static var suppressConnectHeaders: Self { Self(raw: CURLOPT_SUPPRESS_CONNECT_HEADERS) }
  package static var tcpNoDelay: Self { Self(raw: CURLOPT_TCP_NODELAY) }
  package static var timeoutMS: Self { Self(raw: CURLOPT_TIMEOUT_MS) }
}

extension CurlOption<String> {
  package static var awsSigV4: Self { Self(raw: CURLOPT_AWS_SIGV4) }
  package static var caInfo: Self { Self(raw: CURLOPT_CAINFO) }
  package static var caPath: Self { Self(raw: CURLOPT_CAPATH) }
  package static var copyPostFields: Self { Self(raw: CURLOPT_COPYPOSTFIELDS) }
  package static var customRequest: Self { Self(raw: CURLOPT_CUSTOMREQUEST) }
  package static var noProxy: Self { Self(raw: CURLOPT_NOPROXY) }
  package static var password: Self { Self(raw: CURLOPT_PASSWORD) }
  package static var proxy: Self { Self(raw: CURLOPT_PROXY) }
  package static var sslCert: Self { Self(raw: CURLOPT_SSLCERT) }
  package static var sslKey: Self { Self(raw: CURLOPT_SSLKEY) }
  package static var url: Self { Self(raw: CURLOPT_URL) }
  package static var userAgent: Self { Self(raw: CURLOPT_USERAGENT) }
  package static var username: Self { Self(raw: CURLOPT_USERNAME) }
}

extension CurlOption<StringList> {
  package static var connectTo: Self { Self(raw: CURLOPT_CONNECT_TO) }
  package static var httpHeader: Self { Self(raw: CURLOPT_HTTPHEADER) }
  package static var resolve: Self { Self(raw: CURLOPT_RESOLVE) }
}

/// Versions of HTTP, by libcurl's numbers.
package enum HTTPVersion {
  package static var http1_0: Int { Int(CURL_HTTP_VERSION_1_0) }
  package static var http1_1: Int { Int(CURL_HTTP_VERSION_1_1) }
  /// HTTP/2 over TLS if the server agrees to it by ALPN, else HTTP/1.1.
  package static var http2TLS: Int { Int(CURL_HTTP_VERSION_2TLS) }
}

/// Information that libcurl has about a transfer, with its own name and the type of its value.
///
/// Source: curl_easy_getinfo(3); times are in microseconds, and zero until their phase is over.
package struct CurlInfo<Value>: Sendable {
  let raw: CURLINFO
}

extension CurlInfo<Int> {
  package static var httpConnectCode: Self { Self(raw: CURLINFO_HTTP_CONNECTCODE) }
  package static var httpVersion: Self { Self(raw: CURLINFO_HTTP_VERSION) }
  package static var numConnects: Self { Self(raw: CURLINFO_NUM_CONNECTS) }
  package static var osErrno: Self { Self(raw: CURLINFO_OS_ERRNO) }
  package static var requestSize: Self { Self(raw: CURLINFO_REQUEST_SIZE) }
  package static var responseCode: Self { Self(raw: CURLINFO_RESPONSE_CODE) }
}

extension CurlInfo<Int64> {
  package static var appConnectTime: Self { Self(raw: CURLINFO_APPCONNECT_TIME_T) }
  package static var connectTime: Self { Self(raw: CURLINFO_CONNECT_TIME_T) }
  package static var contentLengthDownload: Self { Self(raw: CURLINFO_CONTENT_LENGTH_DOWNLOAD_T) }
  package static var startTransferTime: Self { Self(raw: CURLINFO_STARTTRANSFER_TIME_T) }
  package static var totalTime: Self { Self(raw: CURLINFO_TOTAL_TIME_T) }
}
