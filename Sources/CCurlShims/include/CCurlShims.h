// Functions of fixed arity over libcurl's variadic ones, the two callbacks that run for every
// check, and what Glibc's Swift module lacks (epoll, eventfd).
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Its result says whether it was done: the compiler lets nobody leave it unread.
#define HG_CHECKED __attribute__((warn_unused_result))

// What is wrong with the form of an answer.
typedef enum hg_malformed {
  HG_WELL_FORMED,
  HG_STATUS_LINE,     // RFC 9112, section 4
  HG_FIELD_LINE,      // section 5
  HG_CONTENT_LENGTH   // section 6.3; RFC 9110, section 8.6
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
HG_CHECKED CURLcode hg_easy_set_string(CURL *easy, CURLoption option, const char *value);
HG_CHECKED CURLcode hg_easy_set_pointer(CURL *easy, CURLoption option, void *value);
HG_CHECKED CURLcode hg_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
HG_CHECKED CURLcode hg_easy_get_long(CURL *easy, CURLINFO info, long *value);
HG_CHECKED CURLcode hg_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *value);
HG_CHECKED CURLcode hg_easy_get_pointer(CURL *easy, CURLINFO info, void **value);
HG_CHECKED CURLcode hg_easy_get_socket(CURL *easy, CURLINFO info, curl_socket_t *value);

typedef int (*hg_socket_callback)(CURL *easy, curl_socket_t socket, int what, void *context,
                                  void *socket_context);
typedef int (*hg_timer_callback)(CURLM *multi, long timeout_ms, void *context);
HG_CHECKED CURLMcode hg_multi_set_callbacks(CURLM *multi, hg_socket_callback socket_callback,
                                 hg_timer_callback timer_callback, void *context);
HG_CHECKED CURLMcode hg_multi_set_long(CURLM *multi, CURLMoption option, long value);
// The next finished transfer, or NULL. CURLMsg holds a union, which Swift reads badly.
HG_CHECKED CURL *hg_multi_next_done(CURLM *multi, CURLcode *result);

// MARK: Names

typedef struct hg_resolver hg_resolver;

typedef struct hg_lookup {
  size_t token;          // the one that it was begun with
  char error[128];       // the system's words, or empty
  char addresses[1024];  // between commas, IPv6 in brackets, as CURLOPT_RESOLVE takes them
} hg_lookup;

// NULL with errno when the system gives none.
HG_CHECKED hg_resolver *hg_resolver_new(void);
void hg_resolver_release(hg_resolver *resolver);
// Readable when a lookup is done.
HG_CHECKED int hg_resolver_event(const hg_resolver *resolver);
// Looks a name up on a thread of the resolver's; 0, or why there is none.
HG_CHECKED int hg_resolver_begin(hg_resolver *resolver, const char *name, size_t token);
// The next lookup that is done; false: no more.
HG_CHECKED bool hg_resolver_next(hg_resolver *resolver, hg_lookup *result);

// MARK: HTTP/2 over a connection that libcurl made (CURLOPT_CONNECT_ONLY)

// Has TLS offer HTTP/2 alone. False: the TLS library is one that must be asked by libcurl's options.
HG_CHECKED bool hg_easy_offer_http2(CURL *easy);

typedef struct hg_exchange hg_exchange;

typedef enum hg_exchange_state {
  HG_EXCHANGE_WAITS,      // for the connection to be readable, or writable too (hg_exchange_writes)
  HG_EXCHANGE_HAS_MORE,   // has had its share of time: call again
  HG_EXCHANGE_WHOLE,      // the peer has ended its answer (END_STREAM)
  HG_EXCHANGE_CLOSED,     // the connection ended before that; hg_exchange_code says how
  HG_EXCHANGE_RESET,      // the peer reset the stream, or refused it; the code is HTTP/2's
  HG_EXCHANGE_MALFORMED,  // not HTTP/2, or not by its rules: the response's error has the words
  HG_EXCHANGE_TOO_LARGE,  // the response says what
  HG_EXCHANGE_NO_HTTP2,   // the TLS handshake ended without it (ALPN)
  HG_EXCHANGE_NO_MEMORY   // of this process
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

typedef struct hg_ready {
  int descriptor;
  int actions;  // CURL_CSELECT_IN, _OUT, _ERR
} hg_ready;

HG_CHECKED int hg_epoll_create(void);
// what: CURL_POLL_IN, _OUT, _INOUT; 0 takes the descriptor out. known: it is in already, most
// likely; a wrong guess costs one call more. 0, or -1 with errno: then it is not watched.
HG_CHECKED int hg_epoll_set(int epoll, int descriptor, int what, bool known);
// As hg_epoll_set of a new descriptor for both directions, but each is told of only once: when it
// becomes ready, or is.
HG_CHECKED int hg_epoll_set_edges(int epoll, int descriptor);
// Waits for at most so many microseconds; returns how many are ready, or -1 with errno.
HG_CHECKED int hg_epoll_wait(int epoll, hg_ready *ready, int capacity, int64_t timeout_us);
// A descriptor that another thread makes readable with hg_event_set; hg_event_clear undoes it. -1 with errno when the system
// gives none.
HG_CHECKED int hg_event_descriptor(void);
void hg_event_set(int descriptor);
void hg_event_clear(int descriptor);
// Sends a PROXY protocol header of version 2 with the command LOCAL; 0, or why not.
HG_CHECKED int hg_send_proxy_header(int socket);
// Another descriptor of the same socket, closed at an exec, or -1.
HG_CHECKED int hg_duplicate(int descriptor);
// Raises the soft limit of descriptors to the hard one; returns the limit then in force.
HG_CHECKED int64_t hg_raise_descriptor_limit(void);
HG_CHECKED int64_t hg_monotonic_us(void);
