// The peer to measure against: libcurl's multi interface over epoll in bare C, and nothing else.
//
// usage: curl-loop PORT INSTANCES SECONDS
//
// Checks each instance once a second, as lean as libcurl lets it: a pool of handles, no DNS cache,
// no proxy, a small buffer. It keeps no state, no journal and no verdict.
#define _GNU_SOURCE
#include <curl/curl.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

static int epoll;
static int64_t timer = -1;
static uint8_t known[1 << 20];

static int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
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

static CURL *make_handle(struct curl_slist *headers) {
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 900L);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 1024L);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  return easy;
}

int main(int count, char **arguments) {
  if (count != 4) return 64;
  int port = atoi(arguments[1]), instances = atoi(arguments[2]), seconds = atoi(arguments[3]);
  curl_global_init(CURL_GLOBAL_ALL);
  CURLM *multi = curl_multi_init();
  epoll = epoll_create1(EPOLL_CLOEXEC);
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  struct curl_slist *headers = curl_slist_append(NULL, "Connection: keep-alive");
  CURL **pool = calloc((size_t)instances + 1, sizeof *pool);
  long checks = 0, failures = 0, started = 0, pooled = 0, total = (long)instances * seconds;
  int64_t start = now_us();
  while (checks < total) {
    int64_t now = now_us();
    int begun = 0, running = 0;
    // Each instance's checks are a second apart, the first ones as fast as they go.
    while (started < total && begun < 16 &&
           start + started / instances * 1000000 <= now) {
      long i = started++ % instances;
      char url[64];
      snprintf(url, sizeof url, "http://127.%ld.%ld.%ld:%d/health", 1 + i / 62500, i / 250 % 250,
               1 + i % 250, port);
      CURL *easy = pooled ? pool[--pooled] : make_handle(headers);
      curl_easy_setopt(easy, CURLOPT_URL, url);
      curl_multi_add_handle(multi, easy);
      begun++;
    }
    if (begun || (timer >= 0 && timer <= now)) {
      timer = -1;
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    int64_t wait = begun == 16 ? 0 : 1000000;
    if (started < total) {
      int64_t due = start + started / instances * 1000000 - now_us();
      if (due < wait) wait = due < 0 ? 0 : due;
    }
    struct epoll_event ready[256];
    int found = epoll_wait(epoll, ready, 256, (int)((wait + 999) / 1000));
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
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  printf("%ld %ld %.2f %ld %.3f\n", checks, failures, cpu / (double)checks, usage.ru_maxrss,
         (double)(now_us() - start) / 1e6);
  return 0;
}
