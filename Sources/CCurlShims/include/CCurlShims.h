// Functions of fixed arity over libcurl's variadic ones, the two callbacks that run for every
// check, and an exchange over HTTP/2.
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Its result says whether it was done: the compiler lets nobody leave it unread.
#define HG_CHECKED __attribute__((warn_unused_result))
// An enumeration that Swift has as one of its own, and the name that a case has there.
#define HG_CLOSED __attribute__((enum_extensibility(closed)))
#define HG_CASE(name) __attribute__((swift_name(#name)))

// What is wrong with the form of an answer.
typedef enum HG_CLOSED hg_malformed {
  HG_WELL_FORMED HG_CASE(nothing),
  HG_STATUS_LINE HG_CASE(statusLine),        // RFC 9112, section 4
  HG_FIELD_LINE HG_CASE(fieldLine),          // section 5
  HG_CONTENT_LENGTH HG_CASE(contentLength),  // section 6.3; RFC 9110, section 8.6
} hg_malformed;

// What one check received; libcurl's callbacks fill it. Whoever made it owns it, and so does each
// socket that was opened for it: libcurl may close one after its handle is gone.
typedef struct hg_response {
  int owners;
  size_t header_bytes;   // of all header blocks and trailers
  size_t body_bytes;     // received, kept or not
  size_t header_limit;   // more than this ends the transfer
  size_t body_limit;     // more than this ends the transfer
  size_t body_kept;      // so much of the body is kept at the most
  bool header_too_large;
  bool body_too_large;
  bool strict;           // what RFC 9112 makes malformed ends the transfer
  bool out_of_memory;    // of this process
  hg_malformed malformed;
  char line[80];         // what is malformed, or its beginning
  int64_t content_length;  // as the header says, else -1
  int open_errno;        // why no socket could be made, else 0
  int sockets[4];        // those that were made and are open, else -1: addresses are tried side by side
  int connected;         // one that is connected already and is to be used, else -1
  char error[CURL_ERROR_SIZE];  // libcurl's own words for a failure, or empty
  char *head;            // the last header block, then the trailers
  size_t head_length;
  size_t head_capacity;
  char *body;
  size_t body_length;
  size_t body_capacity;
} hg_response;

// Whether one of the sockets has reached its peer.
HG_CHECKED bool hg_response_is_connected(const hg_response *response);
HG_CHECKED hg_response *hg_response_new(void);
void hg_response_release(hg_response *response);
// Forgets what was received, and closes the connected socket.
void hg_response_reset(hg_response *response);
// Closes the connected socket that was to be used, and was not.
void hg_response_drop_connected(hg_response *response);
// Sets the write, header and socket callbacks and the error buffer: all fill the response.
HG_CHECKED CURLcode hg_easy_set_response(CURL *easy, hg_response *response);

// Has a socket that is connected already (`connected`) used as it is.
HG_CHECKED CURLcode hg_easy_take_connected(CURL *easy);
// Whether this is a status line that is taken: of HTTP/1.0 or 1.1, with a number of three digits.
HG_CHECKED bool hg_is_status_line(const char *bytes, size_t count);
// Has the handle speak HTTP and HTTPS only, by the option that libcurl 7.76 has too.
HG_CHECKED CURLcode hg_easy_allow_http(CURL *easy);

HG_CHECKED CURLcode hg_easy_set_long(CURL *easy, CURLoption option, long value);
// A string, a list, or whatever else the option takes by its address.
HG_CHECKED CURLcode hg_easy_set_pointer(CURL *easy, CURLoption option, const void *value);
// Into a variable of the type that the information has.
HG_CHECKED CURLcode hg_easy_get(CURL *easy, CURLINFO info, void *value);

typedef int (*hg_socket_callback)(CURL *easy, curl_socket_t socket, int what, void *context,
                                  void *socket_context);
typedef int (*hg_timer_callback)(CURLM *multi, long timeout_ms, void *context);
HG_CHECKED CURLMcode hg_multi_set_callbacks(CURLM *multi, hg_socket_callback socket_callback,
                                 hg_timer_callback timer_callback, void *context);
HG_CHECKED CURLMcode hg_multi_set_long(CURLM *multi, CURLMoption option, long value);
// The next finished transfer, or NULL. CURLMsg holds a union, which Swift reads badly.
HG_CHECKED CURL *hg_multi_next_done(CURLM *multi, CURLcode *result);

// MARK: HTTP/2 over a connection that libcurl made (CURLOPT_CONNECT_ONLY)

// Has TLS offer HTTP/2 alone. False: the TLS library is one that must be asked by libcurl's options.
HG_CHECKED bool hg_easy_offer_http2(CURL *easy);

typedef struct hg_exchange hg_exchange;

typedef enum HG_CLOSED hg_exchange_state {
  HG_EXCHANGE_WAITS HG_CASE(waits),      // for the connection to be readable, or writable too (hg_exchange_writes)
  HG_EXCHANGE_HAS_MORE HG_CASE(hasMore),   // has had its share of time: call again
  HG_EXCHANGE_WHOLE HG_CASE(whole),      // the peer has ended its answer (END_STREAM)
  HG_EXCHANGE_CLOSED HG_CASE(closed),     // the connection ended before that; hg_exchange_code says how
  HG_EXCHANGE_RESET HG_CASE(reset),      // the peer reset the stream, or refused it; the code is HTTP/2's
  HG_EXCHANGE_HTTP1 HG_CASE(http1),      // the peer speaks HTTP/1
  HG_EXCHANGE_MALFORMED HG_CASE(malformed),  // not by HTTP/2's rules: the response's error has the words
  HG_EXCHANGE_TOO_LARGE HG_CASE(tooLarge),  // the response says what
  HG_EXCHANGE_NO_HTTP2 HG_CASE(noHTTP2),   // the TLS handshake ended without it (ALPN)
  HG_EXCHANGE_NO_MEMORY HG_CASE(noMemory),   // of this process
} hg_exchange_state;

// One request and its answer, which fills the response: its head has the fields as lines.
HG_CHECKED hg_exchange *hg_exchange_new(hg_response *response, bool is_tls);
void hg_exchange_free(hg_exchange *exchange);
// Adds a field of the request, pseudo-header fields first; names are in lower case.
HG_CHECKED bool hg_exchange_add(hg_exchange *exchange, const char *name, size_t name_length,
                     const char *value, size_t value_length);
// Makes the request out of the fields and a body, which is copied; NULL: none.
HG_CHECKED bool hg_exchange_submit(hg_exchange *exchange, const uint8_t *body, size_t length);
// Reads and writes what can be.
HG_CHECKED hg_exchange_state hg_exchange_serve(hg_exchange *exchange, CURL *easy);
HG_CHECKED bool hg_exchange_writes(const hg_exchange *exchange);
HG_CHECKED int hg_exchange_status(const hg_exchange *exchange);  // :status of the answer, else 0
HG_CHECKED uint32_t hg_exchange_code(const hg_exchange *exchange);
// Where the trailers begin in the response's head: 0 where the header itself ended the answer, its
// whole length where there are none.
HG_CHECKED size_t hg_exchange_trailers(const hg_exchange *exchange);
HG_CHECKED int64_t hg_exchange_first_byte_us(const hg_exchange *exchange);  // monotonic, else 0

// Inflates gzip, zlib or bare deflate, as far as the room goes and the input is sound; how much came out.
HG_CHECKED size_t hg_inflate(const uint8_t *bytes, size_t count, uint8_t *room, size_t capacity);

// Sends a PROXY protocol header of version 2 with the command LOCAL; 0, or why not.
HG_CHECKED int hg_send_proxy_header(int socket);
