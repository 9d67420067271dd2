// Signals that are read from a descriptor of Linux: signalfd(2).
#include "Internal.h"

#if HG_LINUX
#include <sys/signalfd.h>
#include <unistd.h>

int hg_signal_descriptor(void) {
  sigset_t set;
  hg_stop_set(&set);
  sigaddset(&set, SIGCHLD);
  int descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  // They are blocked only if they can be read; otherwise they still end the process.
  if (descriptor >= 0 && sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

static _Atomic int stops;

int hg_next_signal(int descriptor) {
  struct signalfd_siginfo info;
  while (read(descriptor, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo != SIGCHLD) {
      stops++;
      return (int)info.ssi_signo;
    }
    hg_collect_foreign();
  }
  return 0;
}

int hg_stop_signals(void) {
  sigset_t pending, set;
  hg_stop_set(&set);
  sigpending(&pending);
  bool is_any = sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
                (sigismember(&set, SIGHUP) && sigismember(&pending, SIGHUP));
  return stops + is_any;
}
#endif
