// A group of as many instances as one likes: answers any request on any address of 127.0.0.0/8.
//
// usage: target PORT SECONDS [CERTIFICATE KEY [resume]]
//
// One process, one epoll loop: 200 and two bytes of body, then it closes. PORT 0 takes a free one. With a certificate
// it speaks TLS, a whole handshake each time unless told "resume". It ends by itself, and with its standard input.
//
// Commands on standard input, a line each, answered by a JSON line on standard output (the first of which has the port):
//   clear   forget everything
//   mark    begin to count and to measure the spacing; each instance's last request is still known
//   count   requests since the last command of these two
//   report  the same, the most in a hundredth of a second, the spacing between two requests to one instance, and when
//           the first request since `clear` was seen and the last of the instances' second answers was sent (CLOCK_MONOTONIC, ns)
#include "common.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sys/epoll.h>
#ifdef WITH_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#else
typedef struct ssl_st SSL;
#endif

static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

static struct {
  int instance;
  SSL *session;
} clients[1 << 17]; // by descriptor
static int64_t last_request[INSTANCE_LIMIT], first_request, last_second;
static uint8_t answers[INSTANCE_LIMIT];
static struct times gaps;
static long requests;
// Of the present hundredth of a second, and of the busiest.
static long in_hundredth, most_in_hundredth;
static int64_t hundredth;
#ifdef WITH_TLS
static SSL_CTX *tls;
#endif

static void note_request(int instance) {
  int64_t now = now_ns();
  requests++;
  if (now / 10000000 != hundredth) in_hundredth = 0;
  hundredth = now / 10000000;
  if (++in_hundredth > most_in_hundredth) most_in_hundredth = in_hundredth;
  if (!first_request) first_request = now;
  if (instance < 0) return;
  if (last_request[instance]) add_time(&gaps, now - last_request[instance]);
  last_request[instance] = now;
}

static void note_answer(int instance) {
  if (instance < 0 || answers[instance] == 2) return;
  if (++answers[instance] == 2) last_second = now_ns();
}

static int is_whole(const char *request, ssize_t size) {
  return size >= 4 && !memcmp(request + size - 4, "\r\n\r\n", 4);
}

// Returns whether the connection is still of use.
static int serve_plain(int client) {
  char request[4096];
  ssize_t size = recv(client, request, sizeof request, 0);
  if (size < 0 && errno == EAGAIN) return 1;
  if (!is_whole(request, size)) return 0;
  note_request(clients[client].instance);
  if (send(client, answer, sizeof answer - 1, MSG_NOSIGNAL) > 0)
    note_answer(clients[client].instance);
  return 0;
}

#ifdef WITH_TLS
static int serve_tls(int client) {
  SSL *session = clients[client].session;
  char request[4096];
  // Reading completes the handshake first.
  int size = SSL_read(session, request, sizeof request);
  if (size <= 0) {
    int why = SSL_get_error(session, size);
    ERR_clear_error();
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
  }
  if (!is_whole(request, size)) return 0;
  note_request(clients[client].instance);
  if (SSL_write(session, answer, sizeof answer - 1) > 0) note_answer(clients[client].instance);
  SSL_shutdown(session);
  return 0;
}

static int prepare_tls(const char *certificate, const char *key, int resumes) {
  tls = SSL_CTX_new(TLS_server_method());
  if (!tls || SSL_CTX_use_certificate_chain_file(tls, certificate) != 1 ||
      SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1) {
    ERR_print_errors_fp(stderr);
    return 0;
  }
  if (!resumes) {
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(tls, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(tls, 0);
  }
  return 1;
}
#endif

static void serve(int client) {
#ifdef WITH_TLS
  if (tls) {
    if (serve_tls(client)) return;
    SSL_free(clients[client].session);
    clients[client].session = NULL;
    close(client);
    return;
  }
#endif
  if (!serve_plain(client)) close(client);
}

static void accept_clients(int listener, int epoll) {
  for (int n = 0; n < 64; n++) {
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    struct sockaddr_in local;
    socklen_t size = sizeof local;
    getsockname(client, (struct sockaddr *)&local, &size);
    // Nothing but loopback reaches the network 127/8.
    if (ntohl(local.sin_addr.s_addr) >> 24 != 127 || client >= 1 << 17) {
      close(client);
      continue;
    }
    clients[client].instance = instance_at(ntohl(local.sin_addr.s_addr));
#ifdef WITH_TLS
    if (tls) {
      clients[client].session = SSL_new(tls);
      SSL_set_fd(clients[client].session, client);
      SSL_set_accept_state(clients[client].session);
    }
#endif
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = client};
    epoll_ctl(epoll, EPOLL_CTL_ADD, client, &wanted);
  }
}

static void report(void) {
  double mean = 0, squares = 0;
  for (size_t i = 0; i < gaps.count; i++) mean += (double)gaps.at[i] / (double)gaps.count;
  for (size_t i = 0; i < gaps.count; i++) {
    double off = (double)gaps.at[i] - mean;
    squares += off * off;
  }
  long counted = requests;
  sort_times(&gaps);
  printf("{\"requests\":%ld,\"first_request_ns\":%lld,\"last_second_ns\":%lld,\"most_in_10_ms\":%ld,\"gaps\":%zu,\"gap_ms\":{"
         "\"mean\":%.4f,\"sd\":%.4f,\"p1\":%.4f,\"p50\":%.4f,\"p99\":%.4f,\"max\":%.4f}}\n",
         counted, (long long)first_request, (long long)last_second, most_in_hundredth, gaps.count, mean / 1e6,
         gaps.count ? sqrt(squares / (double)gaps.count) / 1e6 : 0, percentile_ms(&gaps, .01),
         percentile_ms(&gaps, .5), percentile_ms(&gaps, .99), percentile_ms(&gaps, 1));
}

// Returns whether standard input goes on.
static int obey(void) {
  char line[64];
  if (!fgets(line, sizeof line, stdin)) return 0;
  if (!strcmp(line, "count\n")) {
    printf("{\"requests\":%ld}\n", requests);
  } else if (!strcmp(line, "report\n")) {
    report();
  } else {
    requests = most_in_hundredth = in_hundredth = 0;
    gaps.count = 0;
    if (!strcmp(line, "clear\n")) {
      memset(last_request, 0, sizeof last_request);
      memset(answers, 0, sizeof answers);
      first_request = last_second = 0;
    }
    printf("{}\n");
  }
  fflush(stdout);
  return 1;
}

int main(int count, char **words) {
  if (count != 3 && count != 5 && count != 6) return 64;
  // Where the peer is gone, OpenSSL's write would end this program.
  signal(SIGPIPE, SIG_IGN);
#ifdef WITH_TLS
  if (count > 3 && !prepare_tls(words[3], words[4], count > 5)) return 1;
#else
  if (count > 3) return 69;
#endif
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Every address at once, of the loopback device alone where the system allows that.
  (void)!setsockopt(listener, SOL_SOCKET, SO_BINDTODEVICE, "lo", sizeof "lo");
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)atoi(words[1]))};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 65535) ||
      getsockname(listener, (struct sockaddr *)&address, &size)) {
    perror("target");
    return 1;
  }
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  setvbuf(stdin, NULL, _IONBF, 0);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[256];
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  event.data.fd = STDIN_FILENO;
  epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  int64_t end = now_ns() + atoll(words[2]) * 1000000000;
  while (now_ns() < end) {
    int found = epoll_wait(epoll, ready, 256, 1000);
    for (int i = 0; i < found; i++) {
      int descriptor = ready[i].data.fd;
      if (descriptor == STDIN_FILENO) {
        if (!obey()) return 0;
      } else if (descriptor == listener) {
        accept_clients(listener, epoll);
      } else {
        serve(descriptor);
      }
    }
  }
  return 0;
}
