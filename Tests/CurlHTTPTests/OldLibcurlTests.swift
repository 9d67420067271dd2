import Foundation
import Testing

/// The program needs nothing of libcurl that 7.76 does not have, to be built or to run.
@Suite struct OldLibcurlTests {
  /// That of Red Hat Enterprise Linux 9.
  private static let oldest = [7, 76]

  /// What is used, by the version that brought it; all of a line's are of that version.
  ///
  /// Source: libcurl's docs/libcurl/symbols-in-versions, and the manual pages of its functions.
  private static let table = """
    7.1 curl_easy_cleanup curl_easy_init curl_easy_perform curl_easy_setopt curl_slist
    7.1 curl_slist_append curl_slist_free_all
    7.1 CURL_ERROR_SIZE CURLE_OK CURLE_FAILED_INIT CURLE_OUT_OF_MEMORY CURLE_UNSUPPORTED_PROTOCOL
    7.1 CURLE_COULDNT_RESOLVE_HOST CURLE_COULDNT_RESOLVE_PROXY CURLE_OPERATION_TIMEDOUT
    7.1 CURLE_URL_MALFORMAT CURLE_SSL_CONNECT_ERROR CURLE_BAD_FUNCTION_ARGUMENT
    7.1 CURLOPT_CUSTOMREQUEST CURLOPT_ERRORBUFFER CURLOPT_HTTPHEADER CURLOPT_NOBODY CURLOPT_POST
    7.1 CURLOPT_PROXY CURLOPT_SSLCERT CURLOPT_SSLVERSION CURLOPT_URL CURLOPT_USERAGENT
    7.1 CURLOPT_WRITEFUNCTION
    7.2 CURLOPT_POSTFIELDSIZE
    7.3 CURLOPT_HTTPPROXYTUNNEL
    7.4 curl_easy_getinfo CURLINFO_REQUEST_SIZE CURLOPT_CAINFO CURLOPT_SSL_VERIFYPEER
    7.7 CURLOPT_FORBID_REUSE CURLOPT_FRESH_CONNECT CURLOPT_HEADERFUNCTION
    7.8 curl_global_init CURL_GLOBAL_ALL CURLOPT_SSL_VERIFYHOST
    7.9 CURL_HTTP_VERSION_1_0 CURL_HTTP_VERSION_1_1 CURLOPT_CAPATH CURLOPT_DNS_CACHE_TIMEOUT
    7.9 CURLOPT_HTTP_VERSION CURLOPT_SSLKEY CURLOPT_WRITEDATA CURLMSG_DONE CURLM_OK
    7.9 curl_multi_add_handle curl_multi_cleanup curl_multi_info_read curl_multi_init
    7.9 curl_multi_remove_handle
    7.10 CURLINFO_HTTP_CONNECTCODE CURLINFO_PRIVATE CURLINFO_RESPONSE_CODE CURLOPT_BUFFERSIZE
    7.10 CURLOPT_HEADERDATA CURLOPT_NOSIGNAL CURLOPT_PRIVATE CURLOPT_SSL_CTX_DATA
    7.10 CURLOPT_SSL_CTX_FUNCTION CURLE_SEND_ERROR
    7.11 CURLOPT_TCP_NODELAY curl_off_t
    7.12 CURLINFO_NUM_CONNECTS CURLINFO_OS_ERRNO curl_easy_strerror curl_multi_strerror
    7.14 CURL_POLL_IN CURL_POLL_INOUT CURL_POLL_OUT CURL_POLL_REMOVE CURL_SOCKET_BAD
    7.15 CURLMOPT_SOCKETDATA CURLMOPT_SOCKETFUNCTION CURLOPT_CONNECT_ONLY curl_multi_setopt
    7.15 curl_multi_socket_action curl_socket_t
    7.16 CURLMOPT_MAXCONNECTS CURLMOPT_TIMERDATA CURLMOPT_TIMERFUNCTION CURLOPT_CONNECTTIMEOUT_MS
    7.16 CURLOPT_HTTP_CONTENT_DECODING CURLOPT_SOCKOPTFUNCTION CURLOPT_SSL_SESSIONID_CACHE
    7.16 CURLOPT_TIMEOUT_MS CURLE_SSL_CACERT_BADFILE CURL_CSELECT_ERR CURL_CSELECT_IN
    7.16 CURL_CSELECT_OUT
    7.17 CURLOPT_COPYPOSTFIELDS CURLOPT_OPENSOCKETDATA CURLOPT_OPENSOCKETFUNCTION curl_sockaddr
    7.17 CURLE_PEER_FAILED_VERIFICATION
    7.18 curl_easy_recv curl_easy_send CURLE_AGAIN
    7.19 CURLINFO_CERTINFO CURLINFO_PRIMARY_IP CURLOPT_CERTINFO CURLOPT_NOPROXY CURLOPT_PASSWORD
    7.19 CURLOPT_PROTOCOLS CURLOPT_USERNAME CURLPROTO_HTTP CURLPROTO_HTTPS curl_certinfo
    7.21 CURLE_NOT_BUILT_IN CURLE_UNKNOWN_OPTION CURLOPT_CLOSESOCKETDATA
    7.21 CURLOPT_CLOSESOCKETFUNCTION CURLOPT_RESOLVE CURL_SOCKOPT_ALREADY_CONNECTED
    7.21 CURL_SOCKOPT_OK
    7.34 CURLSSLBACKEND_OPENSSL curl_tlssessioninfo
    7.36 CURLOPT_SSL_ENABLE_ALPN
    7.42 CURLOPT_PATH_AS_IS
    7.45 CURLINFO_ACTIVESOCKET
    7.47 CURL_HTTP_VERSION_2TLS
    7.48 CURLINFO_TLS_SSL_PTR
    7.49 CURLOPT_CONNECT_TO
    7.50 CURLINFO_HTTP_VERSION
    7.51 CURLE_WEIRD_SERVER_REPLY
    7.54 CURLOPT_SUPPRESS_CONNECT_HEADERS CURL_SSLVERSION_MAX_TLSv1_2
    7.55 CURLINFO_CONTENT_LENGTH_DOWNLOAD_T
    7.61 CURLINFO_APPCONNECT_TIME_T CURLINFO_CONNECT_TIME_T CURLINFO_STARTTRANSFER_TIME_T
    7.61 CURLINFO_TOTAL_TIME_T
    7.62 curl_url curl_url_cleanup curl_url_set CURLUE_OK CURLUPART_URL CURLU_NON_SUPPORT_SCHEME
    7.62 CURLU_PATH_AS_IS
    7.63 CURLOPT_CURLU
    7.64 CURLOPT_HTTP09_ALLOWED
    7.73 CURLE_PROXY CURLINFO_PROXY_ERROR CURLPX_IDENTD CURLPX_IDENTD_DIFFER CURLPX_NO_AUTH
    7.73 CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED CURLPX_REPLY_COMMAND_NOT_SUPPORTED
    7.73 CURLPX_REPLY_CONNECTION_REFUSED CURLPX_REPLY_GENERAL_SERVER_FAILURE
    7.73 CURLPX_REPLY_HOST_UNREACHABLE CURLPX_REPLY_NETWORK_UNREACHABLE CURLPX_REPLY_NOT_ALLOWED
    7.73 CURLPX_REPLY_TTL_EXPIRED CURLPX_REQUEST_FAILED CURLPX_RESOLVE_HOST CURLPX_USER_REJECTED
    7.75 CURLOPT_AWS_SIGV4
    """

  private static let versions: [Substring: [Int]] = {
    var versions: [Substring: [Int]] = [:]
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ")
      let version = words[0].split(separator: ".").compactMap { Int($0) }
      for name in words.dropFirst() { versions[name] = version }
    }
    return versions
  }()

  /// The sources, each with its path.
  private static func sources() throws -> [(path: String, text: String)] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path)
      .filter { path in [".swift", ".c", ".h"].contains { path.hasSuffix($0) } }
    return try paths.map {
      ($0, try String(contentsOf: root.appending(path: $0), encoding: .utf8))
    }
  }

  /// Names of libcurl's own in a text that is no comment.
  private static func names(in text: String) -> Set<Substring> {
    var names: Set<Substring> = []
    for line in text.split(separator: "\n") {
      let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
      let name = /\b(?:CURL[A-Z]*_[A-Za-z0-9_]+|curl_[a-z_]+)\b/.wordBoundaryKind(.simple)
      for match in code.matches(of: name) {
        names.insert(match.output)
      }
    }
    return names
  }

  @Test func nothingOfLibcurlIsNewerThanTheOldestThatWillDo() throws {
    let sources = try Self.sources()
    #expect(sources.count > 100)
    var used: Set<Substring> = []
    for source in sources {
      let names = Self.names(in: source.text)
      used.formUnion(names)
      for name in names {
        guard let version = Self.versions[name] else {
          Issue.record("\(name), in \(source.path), is not in the table: which version has it?")
          continue
        }
        #expect(!Self.oldest.lexicographicallyPrecedes(version), "\(name), in \(source.path)")
      }
    }
    #expect(Set(Self.versions.keys).subtracting(used).isEmpty, "the table has what is not used")
  }

  /// What a function of the shims returns can be left unread by nobody, knowingly or not.
  @Test func noResultOfAShimIsLeftUnread() throws {
    let sources = try Self.sources()
    let shims = ["CCurlShims", "CResolver", "CSystem"].map { "\($0)/include/\($0).h" }
    let headers = sources.filter { shims.contains($0.path) }
    #expect(headers.count == 3)
    for header in headers {
      for line in header.text.split(separator: "\n") {
        let isFunction = line.contains(/^[A-Za-z].*[ *]hg_\w+\(/)
        guard isFunction, !line.hasPrefix("void "), !line.hasPrefix("typedef ") else { continue }
        #expect(line.hasPrefix("HG_CHECKED "), "\(line), in \(header.path)")
      }
    }
    for source in sources {
      let ignored = source.text.matches(of: /_ = hg_\w+|\(void\)!?hg_\w+/).map { $0.output }
      #expect(ignored.isEmpty, "in \(source.path)")
    }
  }
}
