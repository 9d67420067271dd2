// A group of as many instances as one likes, at every address of 127.0.0.0/8: quick, late, or silent.
//
// usage: target PORT SECONDS [answer | late MILLISECONDS | silent]
//
// One process, one epoll loop. Each request gets 200 and two bytes of body, after so many milliseconds, or never,
// and the connection is closed. `GET /count` is answered at once and counts for nothing: how many requests there
// were since it was asked last, and their bytes. Ends by itself.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PLACES = 1 << 17 };

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

// Those that wait for their answer: the delay is the same for all, so the first is the first to go.
static struct { int64_t due; int client; } waiting[PLACES];
static unsigned first, next;
static long requests, bytes;

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void reply(int client) {
  (void)!send(client, answer, sizeof answer - 1, MSG_NOSIGNAL);
  close(client);
}

static void serve(int epoll, int client, int64_t delay) {
  char request[2048];
  ssize_t count = recv(client, request, sizeof request, 0);
  if (count <= 0) {
    close(client);
    return;
  }
  if (count > 10 && memcmp(request, "GET /count", 10) == 0) {
    char text[128];
    int length = snprintf(text, sizeof text, "HTTP/1.0 200 OK\r\n\r\n%ld %ld\n", requests, bytes);
    (void)!send(client, text, (size_t)length, MSG_NOSIGNAL);
    close(client);
    requests = bytes = 0;
    return;
  }
  requests++;
  bytes += count;
  if (delay == 0) return reply(client);
  if (delay < 0) return;
  // Whoever hangs up is not noticed before its time, as with an instance that is busy.
  epoll_ctl(epoll, EPOLL_CTL_DEL, client, NULL);
  waiting[next % PLACES].due = now_ms() + delay;
  waiting[next++ % PLACES].client = client;
}

static void join(int epoll, int listener) {
  for (int n = 0; n < 64; n++) {
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    // It listens on every address, to have all of 127.0.0.0/8; nobody else is answered.
    struct sockaddr_in local = {0};
    socklen_t size = sizeof local;
    getsockname(client, (struct sockaddr *)&local, &size);
    if (ntohl(local.sin_addr.s_addr) >> 24 != 127) {
      close(client);
      continue;
    }
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = client};
    epoll_ctl(epoll, EPOLL_CTL_ADD, client, &wanted);
  }
}

int main(int count, char **arguments) {
  if (count < 3) return 64;
  int64_t delay = 0;
  if (count == 4 && strcmp(arguments[3], "silent") == 0) delay = -1;
  if (count == 5 && strcmp(arguments[3], "late") == 0) delay = atoi(arguments[4]);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max < PLACES ? limit.rlim_max : PLACES;
  setrlimit(RLIMIT_NOFILE, &limit);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1]))};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 65535)) {
    perror("target");
    return 1;
  }
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[256];
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  int64_t end = now_ms() + (int64_t)atoi(arguments[2]) * 1000;
  for (int64_t now; (now = now_ms()) < end;) {
    while (first != next && waiting[first % PLACES].due <= now) reply(waiting[first++ % PLACES].client);
    int64_t pause = first != next ? waiting[first % PLACES].due - now : 1000;
    int found = epoll_wait(epoll, ready, 256, (int)pause);
    for (int i = 0; i < found; i++)
      if (ready[i].data.fd == listener) join(epoll, listener);
      else serve(epoll, ready[i].data.fd, delay);
  }
  return 0;
}
