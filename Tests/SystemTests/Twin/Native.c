#include "CSystemTwin.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

hg_twin hg_native(void) {
  return (hg_twin){
      hg_poller_kind, hg_poller_new, hg_poller_release, hg_poller_set, hg_poller_set_edges,
      hg_poller_wait, hg_event_open, hg_event_close, hg_event_set, hg_event_clear,
      hg_signal_descriptor, hg_next_signal, hg_stop_signals,
  };
}

// Waits, without a bound of its own, until a signal can be read.
static bool sees_signal(const hg_twin *twin, hg_poller *poller, int signals) {
  hg_ready ready;
  return twin->poller_wait(poller, &ready, 1, INT64_MAX) == 1 && ready.descriptor == signals &&
         ready.actions == HG_READS;
}

// In a process with no thread but this one, as it must be when the descriptor is asked for.
static int try_signals(const hg_twin *twin) {
  signal(SIGHUP, SIG_IGN);
  int signals = twin->signal_descriptor();
  hg_poller *poller = twin->poller_new();
  if (signals < 0 || !poller || twin->poller_set(poller, signals, HG_READS, false) != 0) return 1;
  if (twin->next_signal(signals) != 0 || twin->stop_signals() != 0) return 2;
  // One that was sent again before it was read is one.
  kill(getpid(), SIGTERM);
  kill(getpid(), SIGTERM);
  if (!sees_signal(twin, poller, signals) || twin->stop_signals() != 1) return 3;
  if (twin->next_signal(signals) != SIGTERM || twin->stop_signals() != 1) return 4;
  kill(getpid(), SIGINT);
  if (!sees_signal(twin, poller, signals) || twin->stop_signals() != 2) return 5;
  if (twin->next_signal(signals) != SIGINT || twin->next_signal(signals) != 0) return 6;
  // Under nohup it stays ignored.
  kill(getpid(), SIGHUP);
  hg_ready ready;
  if (twin->poller_wait(poller, &ready, 1, 20000) != 0 || twin->stop_signals() != 2) return 7;
  // A child that ends is none of the three: it is collected, and ends a wait.
  pid_t child = fork();
  if (child == 0) _exit(0);
  if (child < 0 || !sees_signal(twin, poller, signals)) return 8;
  if (twin->next_signal(signals) != 0 || twin->stop_signals() != 2) return 9;
  if (waitpid(child, NULL, WNOHANG) != -1 || errno != ECHILD) return 10;
  twin->poller_release(poller);
  return 0;
}

int hg_try_signals(const hg_twin *twin) {
  pid_t child = fork();
  if (child == 0) {
    alarm(60);
    _exit(try_signals(twin));
  }
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return 100;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
