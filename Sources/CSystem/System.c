// Descriptors, threads and the clock.
#include "Internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int hg_set_flags(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return -1;
  return fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0 ? -1 : 0;
}

int hg_socket(int family, int type, int protocol) {
#ifdef SOCK_NONBLOCK
  return socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
#else
  int descriptor = socket(family, type, protocol);
  if (descriptor < 0 || hg_set_flags(descriptor) == 0) return descriptor;
  int code = errno;
  close(descriptor);
  errno = code;
  return -1;
#endif
}

// pipe2 is not used, because not every system has it. A child that another thread is just starting
// could inherit an end.
int hg_pipe(int ends[2]) {
  if (pipe(ends) != 0) return -1;
  for (int i = 0; i < 2; i++) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
  return 0;
}

enum { STACK = 512 * 1024 };

int hg_start_thread(void *(*work)(void *), void *context) {
  pthread_attr_t attributes;
  int code = pthread_attr_init(&attributes);
  if (code != 0) return code;
  code = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (code == 0) code = pthread_attr_setstacksize(&attributes, STACK);
  // Signals are read by the loop's thread, whichever thread started this one.
  sigset_t all, before;
  sigfillset(&all);
  if (code == 0) code = pthread_sigmask(SIG_SETMASK, &all, &before);
  if (code == 0) {
    pthread_t thread;
    code = pthread_create(&thread, &attributes, work, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
  }
  pthread_attr_destroy(&attributes);
  return code;
}

int hg_duplicate(int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 0); }

int64_t hg_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 256;
  if (limit.rlim_cur < limit.rlim_max) {
    rlim_t wanted = limit.rlim_max;
    // With an unlimited number, other programs would scan descriptor tables with a billion entries.
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

extern char **environ;

char *const *hg_environment(void) { return environ; }

int hg_milliseconds(int64_t microseconds) {
  if (microseconds <= 0) return 0;
  int64_t milliseconds = microseconds / 1000 + (microseconds % 1000 != 0);
  return milliseconds < INT_MAX ? (int)milliseconds : INT_MAX;
}
