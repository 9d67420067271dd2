// A portable layer over the operating system: readiness, events between threads, signals, child processes, names, the clock.
//
// On Linux it uses epoll, eventfd and signalfd; on other systems, and with HG_PORTABLE, it uses poll, pipes and sigwait.
#pragma once

#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The result says whether the call succeeded, so the compiler warns if it is ignored.
#define HG_CHECKED __attribute__((warn_unused_result))

// MARK: Readiness

// The values of libcurl's CURL_POLL_* and CURL_CSELECT_*.
enum { HG_READS = 1, HG_WRITES = 2, HG_FAILED = 4 };

typedef struct hg_ready {
  int descriptor;
  int actions;  // HG_READS, HG_WRITES, HG_FAILED
} hg_ready;

// Watches descriptors; it may be used by only one thread.
typedef struct hg_poller hg_poller;

// NULL with errno if the system provides none.
HG_CHECKED hg_poller *hg_poller_new(void);
void hg_poller_release(hg_poller *poller);
// The system's mechanism: "epoll" or "poll".
HG_CHECKED const char *hg_poller_kind(void);
// what: HG_READS, HG_WRITES or both; 0 removes the descriptor. known: whether it is probably in the set already; a wrong guess
// costs one more call. Returns 0, or -1 with errno if it cannot be watched.
//
// A descriptor is reported as long as it is ready, and after a failure or hang-up whatever was requested. A closed descriptor
// need not be removed, unless a copy of it (dup) exists; a new one with the same number may then be reported once, and must be
// removed or set.
HG_CHECKED int hg_poller_set(hg_poller *poller, int descriptor, int what, bool known);
// Like hg_poller_set for a new descriptor and both directions, but edge-triggered: each direction is reported once, when it
// becomes ready or is ready already. To get more reports of reading, call hg_poller_set.
HG_CHECKED int hg_poller_set_edges(hg_poller *poller, int descriptor);
// Waits for at most timeout_us microseconds, not at all if negative; returns the number of ready descriptors, or -1 with errno.
HG_CHECKED int hg_poller_wait(hg_poller *poller, hg_ready *ready, int capacity, int64_t timeout_us);

// MARK: Events

// An event from one thread to another's poller: the reader is readable from hg_event_set until hg_event_clear.
typedef struct hg_event {
  int reader, writer;  // the same one on Linux
} hg_event;

// 0, or -1 with errno if the system provides no descriptor.
HG_CHECKED int hg_event_open(hg_event *event);
void hg_event_close(hg_event event);
void hg_event_set(hg_event event);
void hg_event_clear(hg_event event);

// MARK: Names

typedef struct hg_resolver hg_resolver;

typedef struct hg_lookup {
  size_t token;          // the token of hg_resolver_begin
  char error[128];       // the system's error text, or empty
  char addresses[1024];  // separated by commas, IPv6 in brackets, as in CURLOPT_RESOLVE
} hg_lookup;

// NULL with errno if the system provides none.
HG_CHECKED hg_resolver *hg_resolver_new(void);
void hg_resolver_release(hg_resolver *resolver);
// Readable when a lookup is done.
HG_CHECKED int hg_resolver_event(const hg_resolver *resolver);
// Looks a name up on a thread of the resolver; returns 0, or an error number if there is no thread.
HG_CHECKED int hg_resolver_begin(hg_resolver *resolver, const char *name, size_t token);
// Takes the next finished lookup; false if there is none.
HG_CHECKED bool hg_resolver_next(hg_resolver *resolver, hg_lookup *result);

// MARK: Descriptors and the clock

// A nonblocking socket that is closed on exec, or -1 with errno.
HG_CHECKED int hg_socket(int family, int type, int protocol);
// A pipe whose ends are closed on exec; returns 0, or -1 with errno.
HG_CHECKED int hg_pipe(int ends[2]);
// Another descriptor of the same socket, closed on exec, or -1.
HG_CHECKED int hg_duplicate(int descriptor);
// Raises the soft limit of descriptors to the hard one; returns the limit that is then in force.
HG_CHECKED int64_t hg_raise_descriptor_limit(void);
HG_CHECKED int64_t hg_monotonic_us(void);
// The variables of this process, NAME=VALUE each, and a NULL after the last one.
HG_CHECKED char *const *hg_environment(void);

// MARK: Signals

// Resets ignored and blocked signals that the process inherited. From then on SIGHUP (unless it is ignored, as under nohup),
// SIGINT and SIGTERM end the process and its children, also as process 1. A trap, or a lack of memory or stack, ends them with
// the status of a defect, and a message.
void hg_begin_process(void);

// From now on SIGHUP (unless it is ignored), SIGINT and SIGTERM do not end the process, but are read from this descriptor. So
// is SIGCHLD, on which foreign children are collected. -1 with errno if the system provides no descriptor.
HG_CHECKED int hg_signal_descriptor(void);
// The next of the three signals, or 0 if none waits; a signal that was repeated before it was read counts once.
HG_CHECKED int hg_next_signal(int descriptor);
// The number of the three signals that were read, plus one if another one waits.
HG_CHECKED int hg_stop_signals(void);

// MARK: Children

// posix_spawnp for a child in a new process group. The caller must collect it with hg_collect.
HG_CHECKED int hg_spawn(pid_t *child, const char *file, const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes, char *const arguments[],
                        char *const environment[]);
// waitpid for such a child, without waiting: returns its ID, 0 while it runs, or -1 with errno if its status is unknown.
HG_CHECKED pid_t hg_collect(pid_t child, int *status);
// Whether processes are left in the group of a child that was collected.
HG_CHECKED bool hg_is_group_left(pid_t group);
// Makes sure that this process group is killed when the present process ends in any way; -1 with errno if the system provides
// no process for that. hg_unwatch_group must be called when the group is gone.
HG_CHECKED int hg_watch_group(pid_t group);
void hg_unwatch_group(int watcher);
// Collects ended children that this process did not start: orphans of its children, and as process 1 all orphans.
void hg_collect_foreign(void);
// Ends all children and the rest of their groups: they are asked to exit, and killed after this many milliseconds. No child
// can be started from then on.
void hg_end_children(int milliseconds);
