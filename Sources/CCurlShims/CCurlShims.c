#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CCurlShims.h"

#include <CSystem.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

// The poller and libcurl use the same numbers.
_Static_assert(HG_READS == CURL_POLL_IN && HG_WRITES == CURL_POLL_OUT, "as libcurl asks for it");
_Static_assert(HG_READS == CURL_CSELECT_IN && HG_WRITES == CURL_CSELECT_OUT &&
                   HG_FAILED == CURL_CSELECT_ERR, "as libcurl is told of it");

// MARK: - The response

hg_response *hg_response_new(void) {
  hg_response *response = calloc(1, sizeof *response);
  if (!response) return NULL;
  response->owners = 1;
  response->connected = -1;
  hg_response_reset(response);
  return response;
}

void hg_response_release(hg_response *response) {
  if (--response->owners > 0) return;
  hg_response_drop_connected(response);
  free(response->head.bytes);
  free(response->body.bytes);
  free(response);
}

enum { SOCKETS = sizeof((hg_response *)0)->sockets / sizeof(int) };

void hg_response_reset(hg_response *response) {
  hg_response_drop_connected(response);
  response->header_bytes = response->body_bytes = 0;
  response->header_too_large = response->body_too_large = false;
  response->out_of_memory = false;
  response->malformed = HG_WELL_FORMED;
  response->line[0] = 0;
  response->content_length = -1;
  response->open_errno = 0;
  for (size_t i = 0; i < SOCKETS; i++) response->sockets[i] = -1;
  response->error[0] = 0;
  response->head.length = response->body.length = 0;
}

static bool is_connected(int socket) {
  struct sockaddr_storage peer;
  socklen_t size = sizeof peer;
  return socket >= 0 && getpeername(socket, (struct sockaddr *)&peer, &size) == 0;
}

bool hg_response_is_connected(const hg_response *response) {
  for (size_t i = 0; i < SOCKETS; i++)
    if (is_connected(response->sockets[i])) return true;
  return false;
}

// Replaces a socket by another one; -1 is none. If there is no free entry, the last one is
// replaced.
static void put_socket(hg_response *response, int old, int new) {
  size_t i = 0;
  while (i < SOCKETS && response->sockets[i] != old) i++;
  if (i == SOCKETS && new < 0) return;
  response->sockets[i < SOCKETS ? i : SOCKETS - 1] = new;
}

bool hg_append(hg_buffer *buffer, const char *bytes, size_t count) {
  if (buffer->length + count > buffer->capacity) {
    size_t wanted = buffer->capacity ? buffer->capacity : 512;
    while (wanted < buffer->length + count) wanted *= 2;
    char *grown = realloc(buffer->bytes, wanted);
    if (!grown) return false;
    buffer->bytes = grown;
    buffer->capacity = wanted;
  }
  memcpy(buffer->bytes + buffer->length, bytes, count);
  buffer->length += count;
  return true;
}

// MARK: - The form of a response

static bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

// Whether this is a valid status line: HTTP/1.0 or 1.1, with a status of three digits.
static bool is_status_line(const char *bytes, size_t count) {
  // If the reason is missing, the blank before it may be missing too (RFC 9112, section 4).
  return count >= 13 && memcmp(bytes, "HTTP/1.", 7) == 0 && (bytes[7] == '0' || bytes[7] == '1') &&
         bytes[8] == ' ' && bytes[9] >= '1' && bytes[9] <= '9' && is_digit(bytes[10]) &&
         is_digit(bytes[11]) && (bytes[12] == ' ' || bytes[12] == '\r' || bytes[12] == '\n');
}

// Whether the byte can be in a token (RFC 9110, section 5.6.2).
static bool is_token_byte(unsigned char byte) {
  static const uint32_t set[8] = {0, 0x03FF6CFA, 0xC7FFFFFE, 0x57FFFFFF, 0, 0, 0, 0};
  return set[byte >> 5] >> (byte & 31) & 1;
}

// Reads a content length, which may be repeated if all values are equal; only digits are allowed.
static bool take_length(hg_response *response, const char *value, size_t count) {
  size_t at = 0;
  do {
    while (at < count && (value[at] == ' ' || value[at] == '\t')) at++;
    size_t first = at;
    int64_t length = 0;
    while (at < count && is_digit(value[at]) && at - first < 18)
      length = length * 10 + (value[at++] - '0');
    if (at == first || (response->content_length >= 0 && length != response->content_length))
      return false;
    response->content_length = length;
    while (at < count && (value[at] == ' ' || value[at] == '\t')) at++;
    if (at < count && value[at++] != ',') return false;
  } while (at < count);
  return true;
}

// Checks a line of the header or the trailers, including its line end.
static hg_malformed form_of_line(hg_response *response, const char *bytes, size_t count) {
  while (count && (bytes[count - 1] == '\n' || bytes[count - 1] == '\r')) count--;
  if (!count) return HG_WELL_FORMED;
  if (memchr(bytes, 0, count) || memchr(bytes, '\r', count)) return HG_FIELD_LINE;
  // A continuation line (obs-fold, RFC 9112, section 5.2).
  if (bytes[0] == ' ' || bytes[0] == '\t') return HG_WELL_FORMED;
  size_t name = 0;
  while (name < count && is_token_byte((unsigned char)bytes[name])) name++;
  size_t colon = name;
  // A proxy would remove blanks before the colon (section 5.1).
  while (colon < count && (bytes[colon] == ' ' || bytes[colon] == '\t')) colon++;
  if (!name || colon == count || bytes[colon] != ':') return HG_FIELD_LINE;
  if (name == 14 && strncasecmp(bytes, "content-length", 14) == 0 &&
      !take_length(response, bytes + colon + 1, count - colon - 1))
    return HG_CONTENT_LENGTH;
  return HG_WELL_FORMED;
}

static hg_malformed form_of(hg_response *response, const char *bytes, size_t count) {
  bool begins = response->head.length == 0 || (count >= 5 && memcmp(bytes, "HTTP/", 5) == 0);
  if (!begins) return form_of_line(response, bytes, count);
  response->content_length = -1;
  return is_status_line(bytes, count) ? HG_WELL_FORMED : HG_STATUS_LINE;
}

static void keep_line(hg_response *response, const char *bytes, size_t count) {
  size_t length = 0;
  while (length < count && length + 1 < sizeof response->line && bytes[length] != '\r' &&
         bytes[length] != '\n') {
    response->line[length] = bytes[length] ? bytes[length] : ' ';
    length++;
  }
  response->line[length] = 0;
}

static bool is_well_formed(hg_response *response, const char *bytes, size_t count) {
  response->malformed = form_of(response, bytes, count);
  if (response->malformed == HG_WELL_FORMED) return true;
  keep_line(response, bytes, count);
  return false;
}

// MARK: - Received data

void hg_response_drop_connected(hg_response *response) {
  if (response->connected >= 0) close(response->connected);
  response->connected = -1;
}

static size_t on_header(char *bytes, size_t size, size_t items, void *context) {
  hg_response *response = context;
  size_t count = size * items;
  response->header_bytes += count;
  if (response->header_bytes > response->header_limit) {
    response->header_too_large = true;
    return 0;
  }
  if (response->strict && !is_well_formed(response, bytes, count)) return 0;
  // A 100 Continue or a proxy's response came before: only the last block counts.
  if (count >= 5 && memcmp(bytes, "HTTP/", 5) == 0) response->head.length = 0;
  if (!hg_append(&response->head, bytes, count)) {
    response->out_of_memory = true;
    return 0;
  }
  return count;
}

bool hg_response_take_body(hg_response *response, const char *bytes, size_t count) {
  response->body_bytes += count;
  if (response->body_bytes > response->body_limit) {
    response->body_too_large = true;
    return false;
  }
  size_t room = response->body_kept - response->body.length;
  size_t kept = count < room ? count : room;
  response->out_of_memory = kept && !hg_append(&response->body, bytes, kept);
  return !response->out_of_memory;
}

static size_t on_body(char *bytes, size_t size, size_t items, void *context) {
  hg_response *response = context;
  if (!hg_response_take_body(response, bytes, size * items)) return 0;
  if (!response->strict || response->header_bytes) return size * items;
  // libcurl took the bytes as HTTP/0.9: they are not a response, but may show the cause.
  response->malformed = HG_STATUS_LINE;
  keep_line(response, bytes, size * items);
  return 0;
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  hg_response *response = context;
  if (response->connected >= 0) {
    int connected = response->connected;
    response->connected = -1;
    put_socket(response, -1, connected);
    response->owners++;
    return connected;
  }
  int descriptor = hg_socket(address->family, address->socktype, address->protocol);
  if (descriptor < 0) {
    response->open_errno = errno;
    return CURL_SOCKET_BAD;
  }
  put_socket(response, -1, descriptor);
  response->owners++;
#ifdef TCP_QUICKACK
  // The request acknowledges the handshake, which saves a packet per check.
  int off = 0;
  setsockopt(descriptor, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
#endif
  return descriptor;
}

static int on_close(void *context, curl_socket_t descriptor) {
  hg_response *response = context;
  put_socket(response, descriptor, -1);
  hg_response_release(response);
  return close(descriptor);
}

// Called when a socket was opened; one that was connected already needs nothing more.
static int on_opened(void *context, curl_socket_t descriptor, curlsocktype purpose) {
  (void)context, (void)purpose;
  return is_connected(descriptor) ? CURL_SOCKOPT_ALREADY_CONNECTED : CURL_SOCKOPT_OK;
}

CURLcode hg_easy_take_connected(CURL *easy) {
  return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_opened);
}

CURLcode hg_easy_set_response(CURL *easy, hg_response *response) {
  hg_response_reset(response);
  CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, response);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, response);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, response);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, response);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, response->error);
  return code;
}

CURLcode hg_easy_allow_http(CURL *easy) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  return curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#pragma GCC diagnostic pop
}

// MARK: - Fixed arity

CURLcode hg_easy_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}
CURLcode hg_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return curl_easy_setopt(easy, option, value);
}
CURLcode hg_easy_get(CURL *easy, CURLINFO info, void *value) {
  return curl_easy_getinfo(easy, info, value);
}

CURLMcode hg_multi_set_callbacks(CURLM *multi, hg_socket_callback socket_callback,
                                 hg_timer_callback timer_callback, void *context) {
  CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_callback);
  if (!code) code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
  if (!code) code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_callback);
  if (!code) code = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
  return code;
}

CURLMcode hg_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

CURL *hg_multi_next_done(CURLM *multi, CURLcode *result) {
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    *result = message->data.result;
    return message->easy_handle;
  }
  return NULL;
}

// MARK: - The PROXY protocol

int hg_send_proxy_header(int socket) {
  // Signature; version 2, LOCAL; AF_UNSPEC; nothing follows (HAProxy, "The PROXY protocol", 2.2).
  static const char header[16] = "\r\n\r\n\0\r\nQUIT\n\x20\0\0";
  ssize_t sent = send(socket, header, sizeof header, MSG_NOSIGNAL);
  if (sent < 0) return errno;
  // A new connection has room for these few bytes.
  return sent == (ssize_t)sizeof header ? 0 : EAGAIN;
}
