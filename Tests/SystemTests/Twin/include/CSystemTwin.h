// Both ways in which the system is asked, in one program: that of this build, and the portable one.
#pragma once

#include <CSystem.h>

typedef struct hg_twin {
  const char *(*kind)(void);
  hg_poller *(*poller_new)(void);
  void (*poller_release)(hg_poller *poller);
  int (*poller_set)(hg_poller *poller, int descriptor, int what, bool known);
  int (*poller_set_edges)(hg_poller *poller, int descriptor);
  int (*poller_wait)(hg_poller *poller, hg_ready *ready, int capacity, int64_t timeout_us);
  int (*event_open)(hg_event *event);
  void (*event_close)(hg_event event);
  void (*event_set)(hg_event event);
  void (*event_clear)(hg_event event);
  int (*signal_descriptor)(void);
  int (*next_signal)(int descriptor);
  int (*stop_signals)(void);
} hg_twin;

hg_twin hg_native(void);
hg_twin hg_portable(void);

// Sends signals to a process of its own, which reads them; returns the step that went wrong, or 0.
int hg_try_signals(const hg_twin *twin);
