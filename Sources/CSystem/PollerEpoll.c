// Readiness and events with the functions of Linux: epoll(7), eventfd(2).
#include "Internal.h"

#if HG_LINUX
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct hg_poller { int epoll; };

const char *hg_poller_kind(void) { return "epoll"; }

hg_poller *hg_poller_new(void) {
  hg_poller *poller = calloc(1, sizeof *poller);
  if (!poller) return NULL;
  poller->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (poller->epoll >= 0) return poller;
  int code = errno;
  free(poller);
  errno = code;
  return NULL;
}

void hg_poller_release(hg_poller *poller) {
  close(poller->epoll);
  free(poller);
}

// A closed descriptor leaves the set by itself, and its number is soon reused. So the guess may be
// wrong, and then the other call is right.
static int add_or_change(hg_poller *poller, int descriptor, uint32_t events, bool known) {
  struct epoll_event event = {.events = events, .data.fd = descriptor};
  int first = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(poller->epoll, first, descriptor, &event) == 0) return 0;
  if (errno != (known ? ENOENT : EEXIST)) return -1;
  return epoll_ctl(poller->epoll, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event);
}

int hg_poller_set(hg_poller *poller, int descriptor, int what, bool known) {
  struct epoll_event none = {0};
  // A descriptor that was never added (a regular file cannot be), or was closed in the same turn,
  // is not in the set.
  if (!what)
    return epoll_ctl(poller->epoll, EPOLL_CTL_DEL, descriptor, &none) == 0 || errno == ENOENT ||
                   errno == EBADF || errno == EPERM
               ? 0
               : -1;
  uint32_t events = 0;
  if (what & HG_READS) events |= EPOLLIN;
  if (what & HG_WRITES) events |= EPOLLOUT;
  return add_or_change(poller, descriptor, events, known);
}

int hg_poller_set_edges(hg_poller *poller, int descriptor) {
  return add_or_change(poller, descriptor, EPOLLIN | EPOLLOUT | EPOLLET, false);
}

static int wait_events(int epoll, struct epoll_event *events, int capacity, int64_t timeout_us) {
// The system call is used by its number, because the C library has it since 2.35, and this must
// start on 2.34.
#if defined(SYS_epoll_pwait2) && UINTPTR_MAX > UINT32_MAX
  static bool has_pwait2 = true;
  if (has_pwait2) {
    struct timespec timeout = {timeout_us / 1000000, timeout_us % 1000000 * 1000};
    int count = (int)syscall(SYS_epoll_pwait2, epoll, events, capacity, &timeout, NULL, (size_t)0);
    if (count >= 0 || errno != ENOSYS) return count;
    has_pwait2 = false;
  }
#endif
  return epoll_wait(epoll, events, capacity, hg_milliseconds(timeout_us));
}

int hg_poller_wait(hg_poller *poller, hg_ready *ready, int capacity, int64_t timeout_us) {
  struct epoll_event events[256];
  if (capacity > 256) capacity = 256;
  if (timeout_us < 0) timeout_us = 0;
  int count = wait_events(poller->epoll, events, capacity, timeout_us);
  for (int i = 0; i < count; i++) {
    uint32_t flags = events[i].events;
    ready[i].descriptor = events[i].data.fd;
    ready[i].actions = (flags & EPOLLIN ? HG_READS : 0) | (flags & EPOLLOUT ? HG_WRITES : 0) |
                       (flags & (EPOLLERR | EPOLLHUP) ? HG_FAILED : 0);
  }
  return count;
}

int hg_event_open(hg_event *event) {
  event->reader = event->writer = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return event->reader < 0 ? -1 : 0;
}

void hg_event_close(hg_event event) { close(event.reader); }

void hg_event_set(hg_event event) {
  uint64_t one = 1;
  (void)!write(event.writer, &one, sizeof one);
}

void hg_event_clear(hg_event event) {
  uint64_t count;
  (void)!read(event.reader, &count, sizeof count);
}
#endif
