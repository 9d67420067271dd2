// The peer to measure against: libcurl's multi interface over epoll in bare C, and nothing else.
//
// usage: curl-loop PORT INSTANCES ROUNDS [INTERVAL_MS [burst|even [http|https]]]
//
// As lean as libcurl lets it: a pool of handles, no DNS cache, no proxy, a small buffer; over TLS unverified, a whole
// handshake each time, as the gate. It keeps no state, no journal and no verdict.
#include "common.h"
#include <curl/curl.h>
#include <errno.h>
#include <sys/epoll.h>

struct transfer {
  CURL *easy;
  int64_t started;
};

static int epoll;
static int64_t timer = -1;
static uint8_t known[1 << 20];

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
  timer = ms < 0 ? -1 : now_ns() + ms * 1000000;
  return 0;
}

static size_t drop(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes, (void)context;
  return size * count;
}

static struct transfer *make_transfer(struct curl_slist *headers, long timeout_ms) {
  struct transfer *transfer = calloc(1, sizeof *transfer);
  CURL *easy = transfer->easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 1024L);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  return transfer;
}

int main(int count, char **words) {
  struct order order = read_order(count, words);
  struct schedule *schedule = &order.schedule;
  curl_global_init(CURL_GLOBAL_ALL);
  CURLM *multi = curl_multi_init();
  epoll = epoll_create1(EPOLL_CLOEXEC);
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 1L);
  struct curl_slist *headers = curl_slist_append(NULL, "Connection: close");
  struct transfer **pool = calloc((size_t)schedule->instances + 1, sizeof *pool);
  struct times late = {0}, latency = {0};
  long checks = 0, failures = 0, started = 0, pooled = 0;
  schedule->start = now_ns();
  while (checks < schedule->total) {
    int begun = 0, running = 0;
    for (; begun < STARTS_A_TURN && started < schedule->total; begun++) {
      int64_t now = now_ns(), due = due_ns(schedule, started);
      if (due > now) break;
      note_start(schedule, started, now);
      // A burst is late by design.
      if (!schedule->first || started >= schedule->instances) add_time(&late, now - due);
      uint32_t address = address_of((int)(started++ % schedule->instances));
      char url[64];
      snprintf(url, sizeof url, "http%s://%u.%u.%u.%u:%d/health", order.is_tls ? "s" : "",
               address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255, order.port);
      struct transfer *transfer =
          pooled ? pool[--pooled]
                 : make_transfer(headers, (long)(schedule->interval / 10000000 * 9));
      transfer->started = now;
      curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
      curl_multi_add_handle(multi, transfer->easy);
    }
    int64_t now = now_ns();
    if (begun || (timer >= 0 && timer <= now)) {
      timer = -1;
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    int64_t wait = 1000000000;
    if (started < schedule->total) wait = due_ns(schedule, started) - now_ns();
    if (timer >= 0 && timer - now_ns() < wait) wait = timer - now_ns();
    if (begun == STARTS_A_TURN || wait < 0) wait = 0;
    struct timespec limit = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
    struct epoll_event ready[256];
    int found = epoll_pwait2(epoll, ready, 256, &limit, NULL);
    for (int i = 0; i < found; i++)
      curl_multi_socket_action(multi, ready[i].data.fd,
                               (ready[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                                   (ready[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                                   (ready[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0),
                               &running);
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &found))) {
      struct transfer *transfer;
      long status = 0;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
      curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
      failures += message->data.result != CURLE_OK || status != 200;
      add_time(&latency, now_ns() - transfer->started);
      curl_multi_remove_handle(multi, message->easy_handle);
      // On a busy machine the checks of more than one round are under way.
      if (pooled <= schedule->instances) {
        pool[pooled++] = transfer;
      } else {
        curl_easy_cleanup(transfer->easy);
        free(transfer);
      }
      checks++;
    }
  }
  printf("{\"checks\":%ld,\"failures\":%ld,", checks, failures);
  print_times("late_ms", &late);
  printf(",");
  print_times("latency_ms", &latency);
  printf("}\n");
  return 0;
}
