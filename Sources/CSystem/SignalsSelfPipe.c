// Signals that a separate thread waits for (sigwait) and writes into a pipe, so that they interrupt
// nothing, as with Linux's signal descriptor.
#include "Internal.h"

#if !HG_LINUX
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

// Signals that are written into the pipe but not read yet; a repetition in the meantime is merged.
static _Atomic bool is_waiting[NSIG];
static _Atomic int stops;
static sigset_t taken;
static hg_event signals = {-1, -1};

static void *take_signals(void *context) {
  (void)context;
  int number;
  while (sigwait(&taken, &number) == 0) {
    if (atomic_exchange(&is_waiting[number], true)) continue;
    unsigned char byte = (unsigned char)number;
    while (write(signals.writer, &byte, 1) < 0 && errno == EINTR) continue;
  }
  return NULL;
}

// A signal that is ignored is never pending, so it needs a handler.
static void on_child(int number) { (void)number; }

// Called once for all readers.
static int begin(void) {
  if (signals.reader >= 0) return 0;
  struct sigaction child;
  if (sigaction(SIGCHLD, NULL, &child) == 0 && child.sa_handler == SIG_DFL) {
    child.sa_handler = on_child;
    sigaction(SIGCHLD, &child, NULL);
  }
  sigset_t old;
  hg_stop_set(&taken);
  sigaddset(&taken, SIGCHLD);
  if (hg_event_open(&signals) != 0) return -1;
  int code = pthread_sigmask(SIG_BLOCK, &taken, &old);
  if (code == 0 && (code = hg_start_thread(take_signals, NULL)) != 0) pthread_sigmask(SIG_SETMASK, &old, NULL);
  if (code == 0) return 0;
  hg_event_close(signals);
  signals.reader = -1;
  errno = code;
  return -1;
}

int hg_signal_descriptor(void) { return begin() == 0 ? hg_duplicate(signals.reader) : -1; }

int hg_next_signal(int descriptor) {
  unsigned char number;
  while (read(descriptor, &number, 1) == 1) {
    is_waiting[number] = false;
    if (number != SIGCHLD) {
      stops++;
      return number;
    }
    hg_collect_foreign();
  }
  return 0;
}

int hg_stop_signals(void) {
  sigset_t pending, set;
  hg_stop_set(&set);
  sigpending(&pending);
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (is_waiting[numbers[i]] || (sigismember(&set, numbers[i]) && sigismember(&pending, numbers[i])))
      return stops + 1;
  return stops;
}
#endif
