// The portable twin under names of its own, whichever the build has.
#ifndef HG_PORTABLE
#define HG_PORTABLE 1
#endif
#define hg_poller_kind twin_poller_kind
#define hg_poller_new twin_poller_new
#define hg_poller_release twin_poller_release
#define hg_poller_set twin_poller_set
#define hg_poller_set_edges twin_poller_set_edges
#define hg_poller_wait twin_poller_wait
#define hg_event_open twin_event_open
#define hg_event_close twin_event_close
#define hg_event_set twin_event_set
#define hg_event_clear twin_event_clear
#define hg_signal_descriptor twin_signal_descriptor
#define hg_next_signal twin_next_signal
#define hg_stop_signals twin_stop_signals

#include "../../../Sources/CSystem/PollerPoll.c"
#include "../../../Sources/CSystem/SignalsSelfPipe.c"
#include "CSystemTwin.h"

hg_twin hg_portable(void) {
  return (hg_twin){
      hg_poller_kind, hg_poller_new, hg_poller_release, hg_poller_set, hg_poller_set_edges,
      hg_poller_wait, hg_event_open, hg_event_close, hg_event_set, hg_event_clear,
      hg_signal_descriptor, hg_next_signal, hg_stop_signals,
  };
}
