// Functions of fixed arity for libcurl's variadic ones, the two callbacks that run for every check,
// and an exchange over HTTP/2.
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The result says whether the call succeeded, so the compiler warns if it is ignored.
#define HG_CHECKED __attribute__((warn_unused_result))
// An enumeration that Swift imports as a closed one, and the Swift name of a case.
#define HG_CLOSED __attribute__((enum_extensibility(closed)))
#define HG_CASE(name) __attribute__((swift_name(#name)))

// The error in the form of a response.
typedef enum HG_CLOSED hg_malformed {
  HG_WELL_FORMED HG_CASE(nothing),
  HG_STATUS_LINE HG_CASE(statusLine),        // RFC 9112, section 4
  HG_FIELD_LINE HG_CASE(fieldLine),          // section 5
  HG_CONTENT_LENGTH HG_CASE(contentLength),  // section 6.3; RFC 9110, section 8.6
} hg_malformed;

// Bytes that are collected.
typedef struct hg_buffer {
  char *bytes;
  size_t length, capacity;
} hg_buffer;

// The data that one check received, filled by libcurl's callbacks. Its creator owns it, and so does
// each socket that was opened for it: libcurl may close a socket after its handle is gone.
typedef struct hg_response {
  int owners;
  size_t header_bytes;   // size of all header blocks and trailers
  size_t body_bytes;     // received, kept or not
  size_t header_limit;   // more than this ends the transfer
  size_t body_limit;     // more than this ends the transfer
  size_t body_kept;      // the most bytes of the body that are kept
  bool header_too_large;
  bool body_too_large;
  bool strict;           // a response that is malformed by RFC 9112 ends the transfer
  bool out_of_memory;    // this process has no memory left
  hg_malformed malformed;
  char line[80];         // the malformed line, or its beginning
  int64_t content_length;  // the header's, or -1
  int open_errno;        // why no socket could be made, or 0
  int sockets[4];        // open sockets, or -1; addresses are tried in parallel
  int connected;         // a connected socket that must be used, or -1
  char error[CURL_ERROR_SIZE];  // libcurl's error text, or empty
  hg_buffer head;        // the last header block, then the trailers
  hg_buffer body;
} hg_response;

// Whether one of the sockets is connected to its peer.
HG_CHECKED bool hg_response_is_connected(const hg_response *response);
HG_CHECKED hg_response *hg_response_new(void);
void hg_response_release(hg_response *response);
// Discards the received data, and closes the connected socket.
void hg_response_reset(hg_response *response);
// Closes the connected socket if it was not used.
void hg_response_drop_connected(hg_response *response);
// Sets the write, header and socket callbacks and the error buffer, which all fill the response.
HG_CHECKED CURLcode hg_easy_set_response(CURL *easy, hg_response *response);

// Makes the handle use a socket that is connected already (`connected`).
HG_CHECKED CURLcode hg_easy_take_connected(CURL *easy);
// Restricts the handle to HTTP and HTTPS, with the option that libcurl 7.76 has too.
HG_CHECKED CURLcode hg_easy_allow_http(CURL *easy);

HG_CHECKED CURLcode hg_easy_set_long(CURL *easy, CURLoption option, long value);
// For a string, a list, or another option that takes a pointer.
HG_CHECKED CURLcode hg_easy_set_pointer(CURL *easy, CURLoption option, const void *value);
// Writes into a variable of the information's type.
HG_CHECKED CURLcode hg_easy_get(CURL *easy, CURLINFO info, void *value);

typedef int (*hg_socket_callback)(CURL *easy, curl_socket_t socket, int what, void *context,
                                  void *socket_context);
typedef int (*hg_timer_callback)(CURLM *multi, long timeout_ms, void *context);
HG_CHECKED CURLMcode hg_multi_set_callbacks(CURLM *multi, hg_socket_callback socket_callback,
                                 hg_timer_callback timer_callback, void *context);
HG_CHECKED CURLMcode hg_multi_set_long(CURLM *multi, CURLMoption option, long value);
// The next finished transfer, or NULL. (CURLMsg has a union, which is awkward in Swift.)
HG_CHECKED CURL *hg_multi_next_done(CURLM *multi, CURLcode *result);

// MARK: HTTP/2 over a connection that libcurl made (CURLOPT_CONNECT_ONLY)

// Makes TLS offer only HTTP/2. False if the TLS library must be configured with libcurl's options.
HG_CHECKED bool hg_easy_offer_http2(CURL *easy);

typedef struct hg_exchange hg_exchange;

typedef enum HG_CLOSED hg_exchange_state {
  HG_EXCHANGE_WAITS HG_CASE(waits),      // for the connection to be readable, or writable too (hg_exchange_writes)
  HG_EXCHANGE_HAS_MORE HG_CASE(hasMore),   // its turn is over: call again
  HG_EXCHANGE_WHOLE HG_CASE(whole),      // the peer has ended its response (END_STREAM)
  HG_EXCHANGE_CLOSED HG_CASE(closed),     // the connection ended before that; hg_exchange_code says how
  HG_EXCHANGE_RESET HG_CASE(reset),      // the peer reset the stream, or refused it; the code is HTTP/2's
  HG_EXCHANGE_HTTP1 HG_CASE(http1),      // the peer speaks HTTP/1
  HG_EXCHANGE_MALFORMED HG_CASE(malformed),  // violates HTTP/2: the response's error has the text
  HG_EXCHANGE_TOO_LARGE HG_CASE(tooLarge),  // the response has flags for what is too large
  HG_EXCHANGE_NO_HTTP2 HG_CASE(noHTTP2),   // the TLS handshake did not agree on HTTP/2 (ALPN)
  HG_EXCHANGE_NO_MEMORY HG_CASE(noMemory),   // this process has no memory left
} hg_exchange_state;

// One request and its response, whose head has the header fields as lines.
HG_CHECKED hg_exchange *hg_exchange_new(hg_response *response, bool is_tls);
void hg_exchange_free(hg_exchange *exchange);
// Creates the request from its fields and a body, which are copied; NULL for no body. The text has the name and the value of
// each field in sequence, pseudo-header fields first, and the lengths are theirs; names are in lower case.
HG_CHECKED bool hg_exchange_submit(hg_exchange *exchange, const uint8_t *text, const size_t *lengths,
                                   size_t field_count, const uint8_t *body, size_t length);
// Reads and writes as much as the connection allows.
HG_CHECKED hg_exchange_state hg_exchange_serve(hg_exchange *exchange, CURL *easy);
HG_CHECKED bool hg_exchange_writes(const hg_exchange *exchange);
HG_CHECKED int hg_exchange_status(const hg_exchange *exchange);  // :status of the response, or 0
HG_CHECKED uint32_t hg_exchange_code(const hg_exchange *exchange);
// The offset of the trailers in the response's head: 0 if the header itself ended the response, the
// length of the head if there are none.
HG_CHECKED size_t hg_exchange_trailers(const hg_exchange *exchange);
HG_CHECKED int64_t hg_exchange_first_byte_us(const hg_exchange *exchange);  // on the monotonic clock, or 0

// Decompresses gzip, zlib or bare deflate, up to the capacity or the first error; returns the length.
HG_CHECKED size_t hg_inflate(const uint8_t *bytes, size_t count, uint8_t *room, size_t capacity);

// Sends a PROXY protocol header of version 2 with the command LOCAL; returns 0 or an error number.
HG_CHECKED int hg_send_proxy_header(int socket);
