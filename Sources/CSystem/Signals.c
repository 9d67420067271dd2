// The effects of signals and defects on this process.
#include "Internal.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

void hg_stop_set(sigset_t *set) {
  sigemptyset(set);
  sigaddset(set, SIGINT);
  sigaddset(set, SIGTERM);
  // nohup ignores SIGHUP on purpose, and children inherit that.
  struct sigaction action;
  if (sigaction(SIGHUP, NULL, &action) != 0 || action.sa_handler != SIG_IGN) sigaddset(set, SIGHUP);
}

static void on_stop(int number) {
  hg_signal_groups(SIGKILL);
  // The parent sees that a signal ended the process, and a shell leaves its loop; process 1 does
  // not end this way.
  signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  raise(number);
  _exit(128 + number);
}

// MARK: - Defects

// EX_SOFTWARE; the document in place of the verdict already has this status.
enum { DEFECT = 70 };

static void on_defect(int number) {
  hg_signal_groups(SIGKILL);
  char text[200];
  int length = snprintf(text, sizeof text,
                        "healthgate: error: terminated by a defect, or out of memory (signal %d)\n"
                        "  hint: set SWIFT_BACKTRACE=enable=yes to see where\n", number);
  // A reader that takes nothing is not waited for.
  struct pollfd errors = {STDERR_FILENO, POLLOUT, 0};
  if (length > 0 && poll(&errors, 1, 0) > 0 && write(STDERR_FILENO, text, (size_t)length) < 0) _exit(DEFECT);
  _exit(DEFECT);
}

// Signals of defects (a trap, no memory, no stack left) end the process with the status for them, a
// message, and no children left.
static void say_defects(void) {
  // On a full stack, no handler can run.
  static char stack[1 << 16];
  stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&own, NULL);
  struct sigaction defect = {.sa_handler = on_defect, .sa_flags = SA_ONSTACK | SA_RESETHAND};
  static const int numbers[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    struct sigaction action;
    // Swift's own handler reports where the defect was.
    if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler == SIG_DFL)
      sigaction(numbers[i], &defect, NULL);
  }
}

// Parsing, rendering and the libraries need more than the minimum of some systems; stacks grow only
// as they are used.
enum { MAIN_STACK = 8 << 20, THREAD_STACK = 1 << 20 };

static void raise_stacks(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < MAIN_STACK) {
    limit.rlim_cur = limit.rlim_max < MAIN_STACK ? limit.rlim_max : MAIN_STACK;
    setrlimit(RLIMIT_STACK, &limit);
  }
#ifdef __GLIBC__
  pthread_attr_t attributes;
  size_t size;
  if (pthread_getattr_default_np(&attributes) != 0) return;
  if (pthread_attr_getstacksize(&attributes, &size) == 0 && size < THREAD_STACK &&
      pthread_attr_setstacksize(&attributes, THREAD_STACK) == 0)
    pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
#endif
}

void hg_begin_process(void) {
  raise_stacks();
  for (int number = 1; number < NSIG; number++) {
    switch (number) {
    // Signals for job control belong to the shell; SIGHUP is handled above.
    case SIGHUP: case SIGQUIT: case SIGTSTP: case SIGTTIN: case SIGTTOU: continue;
    }
    struct sigaction action;
    // If SIGCHLD were ignored, the status of children would be lost. A handler belongs to the
    // runtime.
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) signal(number, SIG_DFL);
  }
  say_defects();
  // A reader that is gone, and a file that may not grow, are reported as errors of the write.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  sigset_t set;
  hg_stop_set(&set);
  struct sigaction stop = {.sa_handler = on_stop, .sa_mask = set};
  // In a background job of a script SIGINT is ignored, but a CI runner that sends it means it.
  sigaction(SIGINT, &stop, NULL);
  sigaction(SIGTERM, &stop, NULL);
  if (sigismember(&set, SIGHUP)) sigaction(SIGHUP, &stop, NULL);
  sigemptyset(&set);
  sigprocmask(SIG_SETMASK, &set, NULL);
}
