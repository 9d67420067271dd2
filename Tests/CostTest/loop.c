// The peer: libcurl's multi interface over epoll in bare C, with healthgate's own options, and nothing else.
//
// usage: loop PORT INSTANCES INTERVAL_MS ROUNDS [parsed]
//
// Checks each of 127.0.0.0/8 once an interval: the same request, the same options and callbacks, at most 16
// starts a turn of the loop. `parsed`: each URL is read once, as healthgate does it, and not for each check.
// No state, no time-out, no journal, no verdict. Prints the checks and the failures.
#define _GNU_SOURCE
#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

static int epoll;
static int64_t timer = -1;
static uint8_t known[1 << 20];

static int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

// As healthgate: callgrind, for one, does not know the finer call.
static int wait_events(struct epoll_event *ready, int capacity, int64_t wait) {
  static int has_pwait2 = 1;
  if (has_pwait2) {
    struct timespec pause = {wait / 1000000, wait % 1000000 * 1000};
    int found = epoll_pwait2(epoll, ready, capacity, &pause, NULL);
    if (found >= 0 || errno != ENOSYS) return found;
    has_pwait2 = 0;
  }
  return epoll_wait(epoll, ready, capacity, (int)((wait + 999) / 1000));
}

static int on_socket(CURL *easy, curl_socket_t s, int what, void *context, void *socket_context) {
  (void)easy, (void)context, (void)socket_context;
  if (what == CURL_POLL_REMOVE) return known[s] = 0;
  struct epoll_event event = {.data.fd = s};
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  if (epoll_ctl(epoll, known[s] ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, s, &event) && errno == EEXIST)
    epoll_ctl(epoll, EPOLL_CTL_MOD, s, &event);
  known[s] = 1;
  return 0;
}

static int on_timer(CURLM *multi, long ms, void *context) {
  (void)multi, (void)context;
  timer = ms < 0 ? -1 : now_us() + ms * 1000;
  return 0;
}

static size_t drop(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes, (void)context;
  return size * count;
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)context, (void)purpose;
  int off = 0, s = socket(address->family, address->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->protocol);
  setsockopt(s, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
  return s;
}

static CURL *make_handle(struct curl_slist *headers, char *error) {
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, drop);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)INT_MAX);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 0L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 1024L);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "ELB-HealthChecker/1.0");
  curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  return easy;
}

int main(int count, char **arguments) {
  if (count != 5 && count != 6) return 64;
  int port = atoi(arguments[1]), instances = atoi(arguments[2]);
  int64_t interval = atoll(arguments[3]) * 1000;
  long checks = 0, failures = 0, started = 0, pooled = 0, total = (long)instances * atoi(arguments[4]);
  static char error[CURL_ERROR_SIZE];
  curl_global_init(CURL_GLOBAL_ALL);
  CURLM *multi = curl_multi_init();
  epoll = epoll_create1(EPOLL_CLOEXEC);
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 1L);
  struct curl_slist *headers = curl_slist_append(NULL, "Connection: keep-alive");
  char(*urls)[64] = calloc((size_t)instances, sizeof *urls);
  CURLU **parsed = count == 6 ? calloc((size_t)instances, sizeof *parsed) : NULL;
  for (int i = 0; i < instances; i++) {
    snprintf(urls[i], sizeof *urls, "http://127.%d.%d.%d:%d/health", 1 + i / 62500, i / 250 % 250, 1 + i % 250, port);
    if (parsed) curl_url_set(parsed[i] = curl_url(), CURLUPART_URL, urls[i], CURLU_PATH_AS_IS);
  }
  // Where the rounds overlap there are more than one for each instance.
  CURL **pool = calloc((size_t)total, sizeof *pool);
  int64_t start = now_us();
  while (checks < total) {
    int64_t now = now_us();
    int begun = 0, running = 0;
    while (started < total && begun < 16 && start + started / instances * interval <= now) {
      CURL *easy = pooled ? pool[--pooled] : make_handle(headers, error);
      long i = started++ % instances;
      if (parsed) curl_easy_setopt(easy, CURLOPT_CURLU, parsed[i]);
      else curl_easy_setopt(easy, CURLOPT_URL, urls[i]);
      curl_multi_add_handle(multi, easy);
      begun++;
    }
    if (begun || (timer >= 0 && timer <= now)) {
      timer = -1;
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    int64_t wait = 1000000;
    if (started < total) wait = start + started / instances * interval - now_us();
    if (timer >= 0 && timer - now_us() < wait) wait = timer - now_us();
    if (begun == 16 || wait < 0) wait = 0;
    struct epoll_event ready[256];
    int found = wait_events(ready, 256, wait);
    for (int i = 0; i < found; i++)
      curl_multi_socket_action(multi, ready[i].data.fd,
                               (ready[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                                   (ready[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                                   (ready[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0),
                               &running);
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &found))) {
      CURL *easy = message->easy_handle;
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      failures += message->data.result != CURLE_OK || status != 200;
      curl_multi_remove_handle(multi, easy);
      pool[pooled++] = easy;
      checks++;
    }
  }
  printf("%ld %ld\n", checks, failures);
  return 0;
}
