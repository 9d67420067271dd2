#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CProcess.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/signalfd.h>
#endif

// MARK: - Children

// More than there are threads to wait for them. What finds no room is not ended with the process.
enum { MOST_GROUPS = 512 };
// Those that somebody waits for, and those of which the leader was collected and others were left behind. An id is in
// there only while a child of this process has it or is in its group, so that it is nobody else's.
static _Atomic pid_t running[MOST_GROUPS], left[MOST_GROUPS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// From then on nothing is started any more.
static _Atomic bool is_ending;
// A child is being started: it may run already and have no entry above yet.
static _Atomic bool is_starting;

static void put(_Atomic pid_t *groups, pid_t old, pid_t new) {
  for (int i = 0; i < MOST_GROUPS; i++) {
    if (groups[i] != old) continue;
    groups[i] = new;
    return;
  }
}

static bool has(_Atomic pid_t *groups, pid_t group) {
  for (int i = 0; i < MOST_GROUPS; i++)
    if (groups[i] == group) return true;
  return false;
}

static const struct timespec PAUSE = {0, 5 * 1000 * 1000};

// To all children there are, and from then on there are no more. For handlers of signals too, which can hold no lock: who
// starts a child sees that it is ending, or the child is waited for here until it has its entry.
static void signal_groups(int number) {
  is_ending = true;
  for (int i = 0; is_starting && i < 100; i++) nanosleep(&PAUSE, NULL);
  for (int i = 0; i < MOST_GROUPS; i++) {
    if (running[i]) kill(-running[i], number);
    if (left[i]) kill(-left[i], number);
  }
}

// Collects what has ended of a group whose leader was collected; whether there is more.
static bool is_left(pid_t group) {
  pid_t ended;
  while ((ended = waitpid(-group, NULL, WNOHANG)) > 0) continue;
  return ended == 0;
}

int hg_spawn(pid_t *child, const char *file, const posix_spawn_file_actions_t *actions,
             const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
  pthread_mutex_lock(&lock);
#ifdef __linux__
  // A shell that ends at once may leave a command that takes its time: its group is known as long as it is ours to collect.
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#endif
  // A handler that interrupted this thread would wait for it in vain.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  is_starting = true;
  int code = is_ending ? ECANCELED : posix_spawnp(child, file, actions, attributes, arguments, environment);
  if (code == 0) put(running, 0, *child);
  is_starting = false;
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  pthread_mutex_unlock(&lock);
  return code;
}

pid_t hg_collect(pid_t child, int *status) {
  pthread_mutex_lock(&lock);
  pid_t ended;
  while ((ended = waitpid(child, status, WNOHANG)) < 0 && errno == EINTR) continue;
  int error = errno;
  if (ended != 0) {
    put(running, child, 0);
    if (is_left(child)) put(left, 0, child);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return ended;
}

bool hg_is_group_left(pid_t group) {
  pthread_mutex_lock(&lock);
  bool is_any = is_left(group);
  if (!is_any) put(left, group, 0);
  pthread_mutex_unlock(&lock);
  return is_any;
}

void hg_collect_foreign(void) {
  // Who holds it starts or collects a child just now, and comes by here afterwards.
  if (pthread_mutex_trylock(&lock) != 0) return;
  siginfo_t info;
  // An ended child is looked at first: only who waits for it may collect one of those that were started here.
  while (info.si_pid = 0, waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid > 0) {
    if (has(running, info.si_pid) || waitpid(info.si_pid, NULL, WNOHANG) <= 0) break;
  }
  for (int i = 0; i < MOST_GROUPS; i++) {
    pid_t group = left[i];
    if (group && !is_left(group)) left[i] = 0;
  }
  pthread_mutex_unlock(&lock);
}

static bool is_any_running(void) {
  for (int i = 0; i < MOST_GROUPS; i++)
    if (running[i] || left[i]) return true;
  return false;
}

void hg_end_children(int milliseconds) {
  signal_groups(SIGTERM);
  for (int waited = 0; waited < milliseconds && is_any_running(); waited += 5) {
    for (int i = 0; i < MOST_GROUPS; i++) {
      int status;
      if (running[i]) hg_collect(running[i], &status);
      if (left[i]) hg_is_group_left(left[i]);
    }
    if (is_any_running()) nanosleep(&PAUSE, NULL);
  }
  signal_groups(SIGKILL);
}

// MARK: - Signals

static void stop_signals(sigset_t *set) {
  sigemptyset(set);
  sigaddset(set, SIGINT);
  sigaddset(set, SIGTERM);
  // nohup has SIGHUP ignored on purpose, and it stays so for children too.
  struct sigaction action;
  if (sigaction(SIGHUP, NULL, &action) != 0 || action.sa_handler != SIG_IGN) sigaddset(set, SIGHUP);
}

static void on_stop(int number) {
  signal_groups(SIGKILL);
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
  signal_groups(SIGKILL);
  char text[200];
  int length = snprintf(text, sizeof text,
                        "healthgate: error: ended by a defect, or for want of memory (signal %d)\n"
                        "  hint: with SWIFT_BACKTRACE=enable=yes in its environment it says where\n", number);
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
  stop_signals(&set);
  struct sigaction stop = {.sa_handler = on_stop, .sa_mask = set};
  // A background job of a script has SIGINT ignored, but a runner that sends it means it.
  sigaction(SIGINT, &stop, NULL);
  sigaction(SIGTERM, &stop, NULL);
  if (sigismember(&set, SIGHUP)) sigaction(SIGHUP, &stop, NULL);
  sigemptyset(&set);
  sigprocmask(SIG_SETMASK, &set, NULL);
}

int hg_signal_descriptor(void) {
  sigset_t set;
  stop_signals(&set);
  sigaddset(&set, SIGCHLD);
  int descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  // Blocked only when they can be read: else they go on ending the process.
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
  stop_signals(&set);
  sigpending(&pending);
  bool is_any = sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
                (sigismember(&set, SIGHUP) && sigismember(&pending, SIGHUP));
  return stops + is_any;
}
