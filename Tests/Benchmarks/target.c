// A group of as many instances as one likes: answers any request on any address of 127.0.0.0/8.
//
// usage: target PORT SECONDS
//
// One process, one epoll loop, 200 and two bytes of body, the connection closed by whoever asked
// or, when told "Connection: close", by this side. Ends by itself.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

static void serve(int client) {
  char request[2048];
  ssize_t count = recv(client, request, sizeof request, 0);
  if (count > 0) (void)!send(client, answer, sizeof answer - 1, MSG_NOSIGNAL);
  close(client);
}

int main(int count, char **arguments) {
  if (count != 3) return 64;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Every address of the loopback network at once; nothing else can reach the network 127/8.
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)atoi(arguments[1]))};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 65535)) {
    perror("target");
    return 1;
  }
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[256];
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  time_t end = time(NULL) + atoi(arguments[2]);
  while (time(NULL) < end) {
    int found = epoll_wait(epoll, ready, 256, 1000);
    for (int i = 0; i < found; i++) {
      if (ready[i].data.fd != listener) {
        serve(ready[i].data.fd);
        continue;
      }
      for (int n = 0; n < 64; n++) {
        struct sockaddr_in peer, local;
        socklen_t size = sizeof peer;
        int client = accept4(listener, (struct sockaddr *)&peer, &size,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) break;
        size = sizeof local;
        getsockname(client, (struct sockaddr *)&local, &size);
        if (ntohl(local.sin_addr.s_addr) >> 24 != 127) {
          close(client);
          continue;
        }
        struct epoll_event wanted = {.events = EPOLLIN, .data.fd = client};
        epoll_ctl(epoll, EPOLL_CTL_ADD, client, &wanted);
      }
    }
  }
  return 0;
}
