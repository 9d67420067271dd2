package import CCurl
internal import LibC

/// The result of a transfer, as libcurl's number.
package typealias CurlResult = CURLcode

extension CurlResult {
  package static var badFunctionArgument: Self { CURLE_BAD_FUNCTION_ARGUMENT }
  package static var couldntResolveHost: Self { CURLE_COULDNT_RESOLVE_HOST }
  package static var couldntResolveProxy: Self { CURLE_COULDNT_RESOLVE_PROXY }
  package static var notBuiltIn: Self { CURLE_NOT_BUILT_IN }
  package static var ok: Self { CURLE_OK }
  package static var operationTimedOut: Self { CURLE_OPERATION_TIMEDOUT }
  package static var outOfMemory: Self { CURLE_OUT_OF_MEMORY }
  package static var peerFailedVerification: Self { CURLE_PEER_FAILED_VERIFICATION }
  package static var proxy: Self { CURLE_PROXY }
  package static var sslCACertBadFile: Self { CURLE_SSL_CACERT_BADFILE }
  package static var sslConnectError: Self { CURLE_SSL_CONNECT_ERROR }
  package static var unknownOption: Self { CURLE_UNKNOWN_OPTION }
  package static var unsupportedProtocol: Self { CURLE_UNSUPPORTED_PROTOCOL }
  package static var urlMalformat: Self { CURLE_URL_MALFORMAT }
  package static var weirdServerReply: Self { CURLE_WEIRD_SERVER_REPLY }
}

/// The reason why a SOCKS proxy did not make a connection.
package typealias CurlProxyCode = CURLproxycode

extension CurlProxyCode {
  package static var addressTypeNotSupported: Self { CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED }
  package static var commandNotSupported: Self { CURLPX_REPLY_COMMAND_NOT_SUPPORTED }
  package static var connectionRefused: Self { CURLPX_REPLY_CONNECTION_REFUSED }
  package static var generalFailure: Self { CURLPX_REPLY_GENERAL_SERVER_FAILURE }
  package static var hostUnreachable: Self { CURLPX_REPLY_HOST_UNREACHABLE }
  package static var ident: Self { CURLPX_IDENTD }
  package static var identDiffers: Self { CURLPX_IDENTD_DIFFER }
  package static var networkUnreachable: Self { CURLPX_REPLY_NETWORK_UNREACHABLE }
  package static var noAuthentication: Self { CURLPX_NO_AUTH }
  package static var notAllowed: Self { CURLPX_REPLY_NOT_ALLOWED }
  package static var requestFailed: Self { CURLPX_REQUEST_FAILED }
  package static var resolveHost: Self { CURLPX_RESOLVE_HOST }
  package static var ttlExpired: Self { CURLPX_REPLY_TTL_EXPIRED }
  package static var userRejected: Self { CURLPX_USER_REJECTED }
}

/// An error of libcurl or of the system.
package struct CurlFailure: Error, CustomStringConvertible {
  package let description: String
  /// The result that libcurl returned; nil for an error of its multi interface or of the system.
  package private(set) var result: CurlResult?

  package init(_ result: CurlResult) {
    description = "libcurl: \(String(cString: curl_easy_strerror(result))) (\(result.rawValue))"
    self.result = result
  }

  init(_ code: CURLMcode) {
    description = "libcurl: \(String(cString: curl_multi_strerror(code))) (\(code.rawValue))"
  }

  init(_ description: String) {
    self.description = description
  }

  /// Describes what could not be done, with the text for the system's error number.
  package init(_ what: String, errno code: Int32) {
    description = "\(what): \(String(cString: strerror(code)).lowercasedFirst)"
  }

  static func check(_ code: CURLcode) throws(CurlFailure) {
    guard code == CURLE_OK else { throw CurlFailure(code) }
  }

  static func check(_ code: CURLMcode) throws(CurlFailure) {
    guard code == CURLM_OK else { throw CurlFailure(code) }
  }
}

extension String {
  /// The text with a lowercase first letter, to continue a sentence.
  package var lowercasedFirst: String {
    // The case of a name such as OpenSSL is kept.
    guard let first, !dropFirst().prefix(while: \.isLetter).contains(where: \.isUppercase) else {
      return self
    }
    return first.lowercased() + dropFirst()
  }
}
