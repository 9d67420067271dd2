#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CCurlShims.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#endif

// MARK: - The response

void hg_response_reset(hg_response *response) {
  response->header_bytes = response->body_bytes = 0;
  response->header_too_large = response->body_too_large = false;
  response->open_errno = 0;
  response->socket = -1;
  response->error[0] = 0;
  response->head_length = response->body_length = 0;
}

bool hg_response_is_connected(const hg_response *response) {
  struct sockaddr_storage peer;
  socklen_t size = sizeof peer;
  return response->socket >= 0 &&
         getpeername(response->socket, (struct sockaddr *)&peer, &size) == 0;
}

void hg_response_free(hg_response *response) {
  free(response->head);
  free(response->body);
  response->head = response->body = NULL;
  response->head_capacity = response->body_capacity = 0;
}

static bool append(char **buffer, size_t *length, size_t *capacity, const char *bytes,
                   size_t count) {
  if (*length + count > *capacity) {
    size_t wanted = *capacity ? *capacity : 512;
    while (wanted < *length + count) wanted *= 2;
    char *grown = realloc(*buffer, wanted);
    if (!grown) return false;
    *buffer = grown;
    *capacity = wanted;
  }
  memcpy(*buffer + *length, bytes, count);
  *length += count;
  return true;
}

static size_t on_header(char *bytes, size_t size, size_t items, void *context) {
  hg_response *response = context;
  size_t count = size * items;
  response->header_bytes += count;
  if (response->header_bytes > response->header_limit) {
    response->header_too_large = true;
    return 0;
  }
  // A 100 Continue or a proxy's answer came first: only the last block counts.
  if (count >= 5 && memcmp(bytes, "HTTP/", 5) == 0) response->head_length = 0;
  if (!append(&response->head, &response->head_length, &response->head_capacity, bytes, count))
    return 0;
  return count;
}

static size_t on_body(char *bytes, size_t size, size_t items, void *context) {
  hg_response *response = context;
  size_t count = size * items;
  response->body_bytes += count;
  if (response->body_bytes > response->body_limit) {
    response->body_too_large = true;
    return 0;
  }
  size_t room = response->body_kept - response->body_length;
  size_t kept = count < room ? count : room;
  if (kept && !append(&response->body, &response->body_length, &response->body_capacity, bytes, kept))
    return 0;
  return count;
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  hg_response *response = context;
  int descriptor = socket(address->family, address->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                          address->protocol);
  if (descriptor < 0) {
    response->open_errno = errno;
    return CURL_SOCKET_BAD;
  }
  response->socket = descriptor;
#ifdef TCP_QUICKACK
  // The request carries the handshake's acknowledgement: one packet less a check.
  int off = 0;
  setsockopt(descriptor, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
#endif
  return descriptor;
}

CURLcode hg_easy_set_response(CURL *easy, hg_response *response) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, response);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, response);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, response);
  if (!code) code = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, response->error);
  return code;
}

// MARK: - Fixed arity

CURLcode hg_easy_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}
CURLcode hg_easy_set_string(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}
CURLcode hg_easy_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}
CURLcode hg_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(easy, option, value);
}
CURLcode hg_easy_get_long(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}
CURLcode hg_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(easy, info, value);
}
CURLcode hg_easy_get_pointer(CURL *easy, CURLINFO info, void **value) {
  return curl_easy_getinfo(easy, info, (char **)value);
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

// MARK: - The system

int hg_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

// A closed descriptor leaves the set by itself and its number is soon another's, so the guess may
// be wrong, and then the other call is right.
static int add_or_change(int epoll, int descriptor, uint32_t events, bool known) {
  struct epoll_event event = {.events = events, .data.fd = descriptor};
  int first = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(epoll, first, descriptor, &event) == 0) return 0;
  if (errno != (known ? ENOENT : EEXIST)) return -1;
  return epoll_ctl(epoll, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event);
}

int hg_epoll_set(int epoll, int descriptor, int what, bool known) {
  struct epoll_event none = {0};
  if (!what) return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &none);
  uint32_t events = 0;
  if (what & CURL_POLL_IN) events |= EPOLLIN;
  if (what & CURL_POLL_OUT) events |= EPOLLOUT;
  return add_or_change(epoll, descriptor, events, known);
}

int hg_epoll_set_edges(int epoll, int descriptor) {
  return add_or_change(epoll, descriptor, EPOLLIN | EPOLLOUT | EPOLLET, false);
}

static int wait_events(int epoll, struct epoll_event *events, int capacity, int64_t timeout_us) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 35))
  static bool has_pwait2 = true;
  if (has_pwait2) {
    struct timespec timeout = {timeout_us / 1000000, timeout_us % 1000000 * 1000};
    int count = epoll_pwait2(epoll, events, capacity, &timeout, NULL);
    if (count >= 0 || errno != ENOSYS) return count;
    has_pwait2 = false;
  }
#endif
  return epoll_wait(epoll, events, capacity, (int)((timeout_us + 999) / 1000));
}

int hg_epoll_wait(int epoll, hg_ready *ready, int capacity, int64_t timeout_us) {
  struct epoll_event events[256];
  if (capacity > 256) capacity = 256;
  if (timeout_us < 0) timeout_us = 0;
  int count = wait_events(epoll, events, capacity, timeout_us);
  for (int i = 0; i < count; i++) {
    uint32_t flags = events[i].events;
    ready[i].descriptor = events[i].data.fd;
    ready[i].actions = (flags & EPOLLIN ? CURL_CSELECT_IN : 0) |
                       (flags & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                       (flags & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
  }
  return count;
}

int hg_event_descriptor(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void hg_event_set(int descriptor) {
  uint64_t one = 1;
  (void)!write(descriptor, &one, sizeof one);
}

void hg_event_clear(int descriptor) {
  uint64_t count;
  (void)!read(descriptor, &count, sizeof count);
}

int64_t hg_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 256;
  if (limit.rlim_cur < limit.rlim_max) {
    rlim_t wanted = limit.rlim_max;
    // "Unlimited" would make other programs walk descriptor tables of a billion entries.
    if (wanted == RLIM_INFINITY || wanted > 1048576) wanted = 1048576;
    struct rlimit raised = {wanted > limit.rlim_cur ? wanted : limit.rlim_cur, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return limit.rlim_cur == RLIM_INFINITY ? INT64_MAX : (int64_t)limit.rlim_cur;
}

int64_t hg_monotonic_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}
