// The floor: the least that a check over plain sockets takes. One thread, one epoll loop, and a check is socket, connect,
// epoll_ctl (once, edge-triggered), send, recv, close; with https, OpenSSL's handshake in between, unverified and whole.
//
// usage: floor PORT INSTANCES ROUNDS [INTERVAL_MS [burst|even [http|https]]]
//
// It parses no HTTP, has no time-outs, keeps no state, and gives no verdict.
#include "common.h"
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#ifdef WITH_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#else
typedef struct ssl_st SSL;
#endif

struct check {
  int socket, has_sent;
  int64_t started;
  SSL *session;
};

static struct check *checks;
static struct times late, latency;
static long ended, failed;
static char request[256];
static size_t request_size;

static void end(struct check *check, int is_good) {
#ifdef WITH_TLS
  if (check->session) SSL_free(check->session);
  check->session = NULL;
#endif
  if (check->socket >= 0) close(check->socket);
  check->socket = -1;
  ended++;
  if (is_good) add_time(&latency, now_ns() - check->started);
  else failed++;
}

static int is_ok(const char *answer, ssize_t size) {
  return size > 12 && !memcmp(answer, "HTTP/1.1 200", 12);
}

static void advance_plain(struct check *check, uint32_t events) {
  char answer[4096];
  if (!check->has_sent && events & EPOLLOUT) {
    check->has_sent = 1;
    if (send(check->socket, request, request_size, MSG_NOSIGNAL) != (ssize_t)request_size)
      return end(check, 0);
  }
  if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
  ssize_t size = recv(check->socket, answer, sizeof answer, 0);
  if (size < 0 && errno == EAGAIN) return;
  end(check, is_ok(answer, size));
}

#ifdef WITH_TLS
static SSL_CTX *tls;

static int is_waiting(SSL *session, int result) {
  int why = SSL_get_error(session, result);
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

static void advance_tls(struct check *check) {
  char answer[4096];
  if (!check->session) {
    check->session = SSL_new(tls);
    SSL_set_fd(check->session, check->socket);
    SSL_set_connect_state(check->session);
  }
  if (!check->has_sent) {
    int result = SSL_do_handshake(check->session);
    if (result != 1) {
      if (!is_waiting(check->session, result)) end(check, 0);
      return;
    }
    check->has_sent = 1;
    if (SSL_write(check->session, request, (int)request_size) != (int)request_size)
      return end(check, 0);
  }
  int size = SSL_read(check->session, answer, sizeof answer);
  if (size <= 0 && is_waiting(check->session, size)) return;
  end(check, is_ok(answer, size));
}
#endif

static void begin(struct check *check, int i, int port, int epoll) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(address_of(i))};
  check->started = now_ns();
  check->has_sent = 0;
  check->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (check->socket < 0 ||
      (connect(check->socket, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS))
    return end(check, 0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = i};
  epoll_ctl(epoll, EPOLL_CTL_ADD, check->socket, &event);
}

int main(int count, char **words) {
  struct order order = read_order(count, words);
  struct schedule *schedule = &order.schedule;
#ifdef WITH_TLS
  if (order.is_tls) {
    tls = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(tls, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
  }
#else
  if (order.is_tls) return 69;
#endif
  request_size = (size_t)snprintf(request, sizeof request,
                                  "GET /health HTTP/1.1\r\nHost: 127.1.0.1:%d\r\n"
                                  "User-Agent: floor\r\nConnection: close\r\n\r\n",
                                  order.port);
  // Where the peer is gone, OpenSSL's write would end this program.
  signal(SIGPIPE, SIG_IGN);
  checks = calloc((size_t)schedule->instances, sizeof *checks);
  for (long i = 0; i < schedule->instances; i++) checks[i].socket = -1;
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  long started = 0;
  schedule->start = now_ns();
  while (ended < schedule->total) {
    int begun = 0;
    for (; begun < STARTS_A_TURN && started < schedule->total; begun++) {
      int64_t now = now_ns(), due = due_ns(schedule, started);
      if (due > now) break;
      note_start(schedule, started, now);
      int i = (int)(started++ % schedule->instances);
      // A burst is late by design.
      if (!schedule->first || started >= schedule->instances) add_time(&late, now - due);
      if (checks[i].socket >= 0) end(&checks[i], 0); // Still under way an interval later.
      begin(&checks[i], i, order.port, epoll);
    }
    int64_t wait = 1000000000;
    if (started < schedule->total) wait = due_ns(schedule, started) - now_ns();
    if (begun == STARTS_A_TURN || wait < 0) wait = 0;
    struct timespec limit = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
    struct epoll_event ready[256];
    int found = epoll_pwait2(epoll, ready, 256, &limit, NULL);
    for (int k = 0; k < found; k++) {
      struct check *check = &checks[ready[k].data.fd];
      if (check->socket < 0) continue;
#ifdef WITH_TLS
      if (order.is_tls) {
        advance_tls(check);
        continue;
      }
#endif
      advance_plain(check, ready[k].events);
    }
  }
  printf("{\"checks\":%ld,\"failures\":%ld,", ended, failed);
  print_times("late_ms", &late);
  printf(",");
  print_times("latency_ms", &latency);
  printf("}\n");
  return 0;
}
