// One request over HTTP/2, frame by frame.
//
// libcurl's own HTTP/2 (7.88) loses the trailers of a response that arrives with a GOAWAY or with
// the end of the connection, and repeats a refused request. So libcurl only makes and secures the
// connection, through proxies if there are any, and nghttp2 reads and writes the frames.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CCurlShims.h"

#include <CSystem.h>
#include <dlfcn.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool hg_append(hg_buffer *buffer, const char *bytes, size_t count);
bool hg_response_take_body(hg_response *response, const char *bytes, size_t count);

struct hg_exchange {
  hg_response *response;
  nghttp2_session *session;
  // The request.
  uint8_t *body;
  size_t body_length, body_sent;
  int32_t stream;
  // Bytes that nghttp2 wants to send and the connection has not taken.
  hg_buffer out;
  size_t out_sent;
  // The response.
  int status;
  size_t trailers;
  bool has_header, is_whole;
  bool is_closed, is_reset_by_peer;
  uint32_t code;
  size_t received;
  int64_t first_byte;
  bool needs_alpn, is_malformed;
};

// The most fields of a request.
enum { MOST_FIELDS = 128 };
// The number of bytes that are read before other transfers get their turn.
enum { READ_AT_ONCE = 16384, READ_IN_A_TURN = 65536 };
// The most bytes besides accepted bodies, so that empty frames are not read forever.
static const size_t most_beside_body = 1048576;

// MARK: - TLS

// Functions of OpenSSL, if libcurl uses it: this module is not linked to it.
typedef int set_protocols(void *context, const unsigned char *protocols, unsigned length);
typedef void get_protocol(const void *connection, const unsigned char **protocol, unsigned *length);

static CURLcode offer_http2(CURL *easy, void *context, void *set) {
  (void)easy;
  return ((set_protocols *)set)(context, (const unsigned char *)"\2h2", 3) == 0
             ? CURLE_OK
             : CURLE_OUT_OF_MEMORY;
}

bool hg_easy_offer_http2(CURL *easy) {
  // From 8.0 on, libcurl speaks HTTP/2 itself if its own ALPN results in it, even on a connection
  // that is only opened. So it must not know of HTTP/2.
  void *set = dlsym(RTLD_DEFAULT, "SSL_CTX_set_alpn_protos");
  return set && dlsym(RTLD_DEFAULT, "SSL_get0_alpn_selected") &&
         curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, offer_http2) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, set) == CURLE_OK;
}

// Whether TLS has agreed on HTTP/2; true if that cannot be determined.
static bool has_http2(CURL *easy) {
  struct curl_tlssessioninfo *tls = NULL;
  get_protocol *selected = (get_protocol *)dlsym(RTLD_DEFAULT, "SSL_get0_alpn_selected");
  if (!selected || curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK || !tls ||
      tls->backend != CURLSSLBACKEND_OPENSSL || !tls->internals)
    return true;
  const unsigned char *protocol = NULL;
  unsigned length = 0;
  selected(tls->internals, &protocol, &length);
  return length == 2 && memcmp(protocol, "h2", 2) == 0;
}

// MARK: - The request

hg_exchange *hg_exchange_new(hg_response *response, bool is_tls) {
  hg_exchange *exchange = calloc(1, sizeof *exchange);
  if (!exchange) return NULL;
  exchange->response = response;
  exchange->needs_alpn = is_tls;
  return exchange;
}

void hg_exchange_free(hg_exchange *exchange) {
  if (!exchange) return;
  nghttp2_session_del(exchange->session);
  free(exchange->body);
  free(exchange->out.bytes);
  free(exchange);
}

static ssize_t read_body(nghttp2_session *session, int32_t stream, uint8_t *buffer, size_t length,
                         uint32_t *flags, nghttp2_data_source *source, void *context) {
  (void)session, (void)stream, (void)source;
  hg_exchange *exchange = context;
  size_t left = exchange->body_length - exchange->body_sent;
  size_t count = left < length ? left : length;
  memcpy(buffer, exchange->body + exchange->body_sent, count);
  exchange->body_sent += count;
  if (exchange->body_sent == exchange->body_length) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return (ssize_t)count;
}

// MARK: - The response

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags,
                     void *context) {
  (void)session, (void)flags;
  hg_exchange *exchange = context;
  hg_response *response = exchange->response;
  if (frame->hd.stream_id != exchange->stream) return 0;
  response->header_bytes += name_length + value_length + 4;
  if (response->header_bytes > response->header_limit) {
    response->header_too_large = true;
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  if (name_length && name[0] == ':') {
    if (name_length == 7 && memcmp(name, ":status", 7) == 0 && value_length == 3) {
      // Interim responses may have come before: only the last block counts.
      exchange->status = (value[0] - '0') * 100 + (value[1] - '0') * 10 + (value[2] - '0');
      response->head.length = 0;
    }
    return 0;
  }
  if (hg_append(&response->head, (const char *)name, name_length) &&
      hg_append(&response->head, ": ", 2) &&
      hg_append(&response->head, (const char *)value, value_length) &&
      hg_append(&response->head, "\n", 1))
    return 0;
  response->out_of_memory = true;
  return NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *bytes,
                   size_t count, void *context) {
  (void)session, (void)flags;
  hg_exchange *exchange = context;
  if (stream != exchange->stream) return 0;
  return hg_response_take_body(exchange->response, (const char *)bytes, count)
             ? 0
             : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *context) {
  (void)session;
  hg_exchange *exchange = context;
  if (frame->hd.stream_id != exchange->stream) return 0;
  bool ends = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
  switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
      if (exchange->status < 200) break;
      if (!exchange->has_header) {
        exchange->has_header = true;
        exchange->trailers = ends ? 0 : exchange->response->head.length;
      }
      exchange->is_whole = exchange->is_whole || ends;
      break;
    case NGHTTP2_DATA: exchange->is_whole = exchange->is_whole || ends; break;
    case NGHTTP2_RST_STREAM:
      exchange->is_reset_by_peer = true;
      exchange->code = frame->rst_stream.error_code;
      break;
    default: break;
  }
  return 0;
}

static int on_stream_close(nghttp2_session *session, int32_t stream, uint32_t code, void *context) {
  hg_exchange *exchange = context;
  if (stream != exchange->stream) return 0;
  exchange->is_closed = true;
  // A GOAWAY excluded the request: nghttp2 treats it as refused.
  if (code == NGHTTP2_REFUSED_STREAM && !exchange->is_malformed) exchange->is_reset_by_peer = true;
  if (!exchange->is_reset_by_peer) exchange->is_malformed = true;
  exchange->code = code;
  (void)session;
  return 0;
}

static int on_error(nghttp2_session *session, int code, const char *words, size_t length,
                    void *context) {
  (void)session, (void)code;
  hg_exchange *exchange = context;
  char *kept = exchange->response->error;
  if (kept[0]) return 0;
  if (length > CURL_ERROR_SIZE - 1) length = CURL_ERROR_SIZE - 1;
  memcpy(kept, words, length);
  kept[length] = 0;
  return 0;
}

static int on_invalid_frame(nghttp2_session *session, const nghttp2_frame *frame, int code,
                            void *context) {
  (void)frame;
  const char *words = nghttp2_strerror(code);
  ((hg_exchange *)context)->is_malformed = true;
  return on_error(session, code, words, strlen(words), context);
}

// MARK: - The exchange

static nghttp2_session *make_session(hg_exchange *exchange) {
  nghttp2_session_callbacks *callbacks = NULL;
  nghttp2_session *session = NULL;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) return NULL;
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, on_invalid_frame);
  nghttp2_session_callbacks_set_error_callback2(callbacks, on_error);
  if (nghttp2_session_client_new(&session, callbacks, exchange) != 0) session = NULL;
  nghttp2_session_callbacks_del(callbacks);
  return session;
}

bool hg_exchange_submit(hg_exchange *exchange, const uint8_t *text, const size_t *lengths,
                        size_t field_count, const uint8_t *body, size_t length) {
  nghttp2_nv fields[MOST_FIELDS];
  if (field_count > MOST_FIELDS) return false;
  for (size_t i = 0; i < field_count; i++) {
    size_t name = lengths[2 * i], value = lengths[2 * i + 1];
    fields[i] = (nghttp2_nv){(uint8_t *)text, (uint8_t *)text + name, name, value, NGHTTP2_NV_FLAG_NONE};
    text += name + value;
  }
  exchange->session = make_session(exchange);
  if (!exchange->session) return false;
  if (body) {
    exchange->body = malloc(length ? length : 1);
    if (!exchange->body) return false;
    memcpy(exchange->body, body, length);
    exchange->body_length = length;
  }
  nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0}};
  nghttp2_data_provider provider = {.read_callback = read_body};
  if (nghttp2_submit_settings(exchange->session, NGHTTP2_FLAG_NONE, settings, 1) != 0) return false;
  exchange->stream = nghttp2_submit_request(exchange->session, NULL, fields, field_count,
                                            body ? &provider : NULL, NULL);
  return exchange->stream > 0;
}

static bool collect_output(hg_exchange *exchange) {
  const uint8_t *bytes;
  ssize_t count;
  while ((count = nghttp2_session_mem_send(exchange->session, &bytes)) > 0)
    if (!hg_append(&exchange->out, (const char *)bytes, (size_t)count)) return false;
  return count == 0;
}

// Sends the waiting bytes; false if the connection will never take more.
static bool send_output(hg_exchange *exchange, CURL *easy) {
  while (exchange->out_sent < exchange->out.length) {
    size_t sent = 0;
    CURLcode code = curl_easy_send(easy, exchange->out.bytes + exchange->out_sent,
                                   exchange->out.length - exchange->out_sent, &sent);
    if (code == CURLE_AGAIN) return true;
    if (code != CURLE_OK) return false;
    exchange->out_sent += sent;
  }
  exchange->out_sent = exchange->out.length = 0;
  return true;
}

static void say(hg_exchange *exchange, const char *words) {
  snprintf(exchange->response->error, CURL_ERROR_SIZE, "%s", words);
}

// The state of the exchange by the frames so far; HG_EXCHANGE_WAITS if it continues.
static hg_exchange_state state_of(const hg_exchange *exchange) {
  if (exchange->is_whole) return HG_EXCHANGE_WHOLE;
  if (exchange->is_reset_by_peer) return HG_EXCHANGE_RESET;
  if (exchange->is_closed || exchange->is_malformed ||
      !nghttp2_session_want_read(exchange->session))
    return HG_EXCHANGE_MALFORMED;
  return HG_EXCHANGE_WAITS;
}

// Handles received bytes; returns the state of the exchange.
static hg_exchange_state take(hg_exchange *exchange, const uint8_t *bytes, size_t count) {
  hg_response *response = exchange->response;
  if (!exchange->received) {
    exchange->first_byte = hg_monotonic_us();
    if (count >= 5 && memcmp(bytes, "HTTP/", 5) == 0) return HG_EXCHANGE_HTTP1;
  }
  exchange->received += count;
  ssize_t taken = nghttp2_session_mem_recv(exchange->session, bytes, count);
  if (exchange->is_whole) return HG_EXCHANGE_WHOLE;
  if (response->out_of_memory || taken == NGHTTP2_ERR_NOMEM) return HG_EXCHANGE_NO_MEMORY;
  if (response->header_too_large || response->body_too_large) return HG_EXCHANGE_TOO_LARGE;
  if (exchange->received > response->body_limit + most_beside_body) {
    say(exchange, "frames without end");
    return HG_EXCHANGE_MALFORMED;
  }
  if (taken < 0) {
    on_error(NULL, (int)taken, nghttp2_strerror((int)taken), strlen(nghttp2_strerror((int)taken)),
             exchange);
    return HG_EXCHANGE_MALFORMED;
  }
  return state_of(exchange);
}

static hg_exchange_state receive(hg_exchange *exchange, CURL *easy) {
  uint8_t buffer[READ_AT_ONCE];
  for (size_t read = 0; read < READ_IN_A_TURN;) {
    size_t count = 0;
    CURLcode code = curl_easy_recv(easy, buffer, sizeof buffer, &count);
    if (code == CURLE_AGAIN) return HG_EXCHANGE_WAITS;
    if (code != CURLE_OK || !count) {
      exchange->code = code;
      return HG_EXCHANGE_CLOSED;
    }
    read += count;
    hg_exchange_state state = take(exchange, buffer, count);
    if (state != HG_EXCHANGE_WAITS) return state;
  }
  return HG_EXCHANGE_HAS_MORE;
}

hg_exchange_state hg_exchange_serve(hg_exchange *exchange, CURL *easy) {
  if (exchange->needs_alpn) {
    // The first call binds the handle to its connection, because only then TLS can be asked.
    hg_exchange_state state = receive(exchange, easy);
    if (state != HG_EXCHANGE_WAITS && state != HG_EXCHANGE_HAS_MORE) return state;
    if (!has_http2(easy)) return HG_EXCHANGE_NO_HTTP2;
    exchange->needs_alpn = false;
  }
  if (!collect_output(exchange)) return HG_EXCHANGE_NO_MEMORY;
  // A response may have arrived even if nothing more can be sent.
  bool can_send = send_output(exchange, easy);
  hg_exchange_state state = receive(exchange, easy);
  if (state != HG_EXCHANGE_WAITS && state != HG_EXCHANGE_HAS_MORE) return state;
  if (!can_send && state == HG_EXCHANGE_WAITS) {
    exchange->code = CURLE_SEND_ERROR;
    return HG_EXCHANGE_CLOSED;
  }
  // Sends acknowledgements and window updates; or the end, if nghttp2 has found a violation.
  if (!collect_output(exchange)) return HG_EXCHANGE_NO_MEMORY;
  if (can_send) (void)send_output(exchange, easy);
  hg_exchange_state seen = state_of(exchange);
  return seen == HG_EXCHANGE_WAITS ? state : seen;
}

bool hg_exchange_writes(const hg_exchange *exchange) {
  return exchange->out_sent < exchange->out.length;
}

int hg_exchange_status(const hg_exchange *exchange) {
  return exchange->status >= 200 ? exchange->status : 0;
}

uint32_t hg_exchange_code(const hg_exchange *exchange) { return exchange->code; }

size_t hg_exchange_trailers(const hg_exchange *exchange) {
  return exchange->has_header ? exchange->trailers : exchange->response->head.length;
}

int64_t hg_exchange_first_byte_us(const hg_exchange *exchange) { return exchange->first_byte; }
