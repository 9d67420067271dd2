// Child processes, and the operations on them under one lock.
#include "Internal.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

// There are never so many threads that wait for children. A group without an entry is not ended
// with this process.
enum { MOST_GROUPS = 512 };
// The groups of children that a thread waits for, and groups whose leader was collected while
// others are left. An ID is in these tables only while a child of this process has it or is in its
// group, so it cannot belong to another process.
static _Atomic pid_t running[MOST_GROUPS], left[MOST_GROUPS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// Whether the process is ending: no child is started anymore.
static _Atomic bool is_ending;
// Whether a child is being started: it may be running, but have no entry above yet.
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

// Signal handlers call this too, and cannot hold a lock. A thread that starts a child either sees
// `is_ending`, or is waited for here until the child has its entry.
void hg_signal_groups(int number) {
  is_ending = true;
  for (int i = 0; is_starting && i < 100; i++) nanosleep(&PAUSE, NULL);
  for (int i = 0; i < MOST_GROUPS; i++) {
    if (running[i]) kill(-running[i], number);
    if (left[i]) kill(-left[i], number);
  }
}

// Collects the ended processes of a group whose leader was collected; returns whether others are
// left.
static bool is_left(pid_t group) {
  pid_t ended;
  while ((ended = waitpid(-group, NULL, WNOHANG)) > 0) continue;
  return ended == 0;
}

int hg_spawn(pid_t *child, const char *file, const posix_spawn_file_actions_t *actions,
             const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
  pthread_mutex_lock(&lock);
#ifdef __linux__
  // A shell that exits at once may leave a command that continues: as a subreaper, this process can
  // collect its group.
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#endif
  // A signal handler that interrupted this thread would wait for it forever.
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
  // The thread that holds the lock is starting or collecting a child, and comes here afterwards.
  if (pthread_mutex_trylock(&lock) != 0) return;
  siginfo_t info;
  // Ended children are only looked at first, because those started here are collected by their
  // waiters.
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
  hg_signal_groups(SIGTERM);
  for (int waited = 0; waited < milliseconds && is_any_running(); waited += 5) {
    for (int i = 0; i < MOST_GROUPS; i++) {
      int status;
      if (running[i] && hg_collect(running[i], &status) == 0) continue;
      if (left[i] && hg_is_group_left(left[i])) continue;
    }
    if (is_any_running()) nanosleep(&PAUSE, NULL);
  }
  hg_signal_groups(SIGKILL);
}

// Closes all descriptors from this one on; for a process without other threads.
static void close_from(int first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, ~0u, 0) == 0) return;
#endif
  long most = sysconf(_SC_OPEN_MAX);
  for (int descriptor = first; descriptor < (most > 0 && most < 65536 ? most : 65536); descriptor++) close(descriptor);
}

int hg_watch_group(pid_t group) {
  int ends[2];
  if (hg_pipe(ends) != 0) return -1;
  pid_t watcher = fork();
  if (watcher != 0) {
    close(ends[0]);
    if (watcher > 0) return ends[1];
    close(ends[1]);
    return -1;
  }
  // From here on only functions for signal handlers are allowed: other threads may have held any
  // lock.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
  // Signals to this process's group must not reach it.
  setpgid(0, 0);
  dup2(ends[0], 0);
  close_from(1);
  char byte;
  ssize_t count;
  while ((count = read(0, &byte, 1)) < 0 && errno == EINTR) continue;
  if (count == 0) kill(-group, SIGKILL);
  _exit(0);
}

void hg_unwatch_group(int watcher) {
  while (write(watcher, "", 1) < 0 && errno == EINTR) continue;
  close(watcher);
}
