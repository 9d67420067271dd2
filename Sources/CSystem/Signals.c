// What signals and defects do to this process.
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
  // nohup has SIGHUP ignored on purpose, and it stays so for children too.
  struct sigaction action;
  if (sigaction(SIGHUP, NULL, &action) != 0 || action.sa_handler != SIG_IGN) sigaddset(set, SIGHUP);
}

static void on_stop(int number) {
  hg_signal_groups(SIGKILL);
  // Who waits for this process sees that a signal ended it, and a shell leaves its loop; process 1 is not ended by one.
  signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  raise(number);
  _exit(128 + number);
}

// MARK: - Defects

// EX_SOFTWARE; what stands at the verdict's place then says so already.
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

// What would end the process by a signal (a trap, no memory, no stack left) ends it with the status for it, its words, and
// without the children.
static void say_defects(void) {
  // Where the stack is full, no handler runs on it.
  static char stack[1 << 16];
  stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&own, NULL);
  struct sigaction defect = {.sa_handler = on_defect, .sa_flags = SA_ONSTACK | SA_RESETHAND};
  static const int numbers[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    struct sigaction action;
    // Swift's own says where it was.
    if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler == SIG_DFL)
      sigaction(numbers[i], &defect, NULL);
  }
}

// Parsing, rendering and the libraries want more than the least that a system gives; both grow only as they are used.
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
    // Those of job control are the shell's business; nohup's see above.
    case SIGHUP: case SIGQUIT: case SIGTSTP: case SIGTTIN: case SIGTTOU: continue;
    }
    struct sigaction action;
    // With SIGCHLD ignored, every child would have ended nobody knows how. A handler is the runtime's own.
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) signal(number, SIG_DFL);
  }
  say_defects();
  // A reader that went away and a file that may not grow are errors of the write.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  sigset_t set;
  hg_stop_set(&set);
  struct sigaction stop = {.sa_handler = on_stop, .sa_mask = set};
  // A background job of a script has SIGINT ignored, but a runner that sends it means it.
  sigaction(SIGINT, &stop, NULL);
  sigaction(SIGTERM, &stop, NULL);
  if (sigismember(&set, SIGHUP)) sigaction(SIGHUP, &stop, NULL);
  sigemptyset(&set);
  sigprocmask(SIG_SETMASK, &set, NULL);
}
