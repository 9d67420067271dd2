// What the operating system is asked for, and what a program for one system alone would ask it for itself: readiness,
// events between threads, signals, child processes, names, the clock.
//
// Linux has epoll, eventfd and signalfd; elsewhere, and where HG_PORTABLE is given to the build, poll, pipes and sigwait do.
#pragma once

#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Its result says whether it was done: the compiler lets nobody leave it unread.
#define HG_CHECKED __attribute__((warn_unused_result))

// MARK: Readiness

// As libcurl's CURL_POLL_* and CURL_CSELECT_*.
enum { HG_READS = 1, HG_WRITES = 2, HG_FAILED = 4 };

typedef struct hg_ready {
  int descriptor;
  int actions;  // HG_READS, HG_WRITES, HG_FAILED
} hg_ready;

// Watches descriptors; of one thread.
typedef struct hg_poller hg_poller;

// NULL with errno when the system gives none.
HG_CHECKED hg_poller *hg_poller_new(void);
void hg_poller_release(hg_poller *poller);
// What it is made of: "epoll", "poll".
HG_CHECKED const char *hg_poller_kind(void);
// what: HG_READS, HG_WRITES or both; 0 takes the descriptor out. known: it is in already, most
// likely; a wrong guess costs one call more. 0, or -1 with errno: then it is not watched.
//
// A descriptor is told of as long as it is ready, and of a failure or a hang-up whatever is asked for. One that is closed
// need not be taken out, unless a copy of it (dup) lives on; that which gets its number may be told of once, and is then to be
// taken out or set.
HG_CHECKED int hg_poller_set(hg_poller *poller, int descriptor, int what, bool known);
// As hg_poller_set of a new descriptor for both directions, but each is told of only once: when it
// becomes ready, or is. Who was told of reading, and wants to be told of more, sets it.
HG_CHECKED int hg_poller_set_edges(hg_poller *poller, int descriptor);
// Waits for at most so many microseconds, of which less than none is none; returns how many are ready, or -1 with errno.
HG_CHECKED int hg_poller_wait(hg_poller *poller, hg_ready *ready, int capacity, int64_t timeout_us);

// MARK: Events

// What one thread has another's poller see: its reader can be read once hg_event_set was called, and until hg_event_clear.
typedef struct hg_event {
  int reader, writer;  // the same one on Linux
} hg_event;

// 0, or -1 with errno when the system gives no descriptor.
HG_CHECKED int hg_event_open(hg_event *event);
void hg_event_close(hg_event event);
void hg_event_set(hg_event event);
void hg_event_clear(hg_event event);

// MARK: Names

typedef struct hg_resolver hg_resolver;

typedef struct hg_lookup {
  size_t token;          // the one that it was begun with
  char error[128];       // the system's words, or empty
  char addresses[1024];  // between commas, IPv6 in brackets, as CURLOPT_RESOLVE takes them
} hg_lookup;

// NULL with errno when the system gives none.
HG_CHECKED hg_resolver *hg_resolver_new(void);
void hg_resolver_release(hg_resolver *resolver);
// Readable when a lookup is done.
HG_CHECKED int hg_resolver_event(const hg_resolver *resolver);
// Looks a name up on a thread of the resolver's; 0, or why there is none.
HG_CHECKED int hg_resolver_begin(hg_resolver *resolver, const char *name, size_t token);
// The next lookup that is done; false: no more.
HG_CHECKED bool hg_resolver_next(hg_resolver *resolver, hg_lookup *result);

// MARK: Descriptors and the clock

// A socket that does not wait and is closed at an exec, or -1 with errno.
HG_CHECKED int hg_socket(int family, int type, int protocol);
// A pipe whose ends are closed at an exec; 0, or -1 with errno.
HG_CHECKED int hg_pipe(int ends[2]);
// Another descriptor of the same socket, closed at an exec, or -1.
HG_CHECKED int hg_duplicate(int descriptor);
// Raises the soft limit of descriptors to the hard one; returns the limit then in force.
HG_CHECKED int64_t hg_raise_descriptor_limit(void);
HG_CHECKED int64_t hg_monotonic_us(void);
// Has memory of several megabytes that is about to be written backed by large pages, where the system has them: a fault for each
// small page costs more than writing it.
void hg_use_large_pages(void *start, size_t size);

// MARK: Signals

// Undoes what whoever started this process left it with: signals that are ignored or blocked. From then on SIGHUP (unless it
// is ignored, as under nohup), SIGINT and SIGTERM end the process and its children, as process 1 too; a trap and a want of
// memory or stack end them with the status of a defect, and words.
void hg_begin_process(void);

// From now on SIGHUP (unless it is ignored), SIGINT and SIGTERM end nothing and wait to be read from this descriptor; so does
// SIGCHLD, with which foreign children are collected. -1 with errno when the system gives no descriptor.
HG_CHECKED int hg_signal_descriptor(void);
// The next of the three that waits there, or 0; one that was sent again before it was read is one.
HG_CHECKED int hg_next_signal(int descriptor);
// How many of the three were read, and whether there is one more to be read.
HG_CHECKED int hg_stop_signals(void);

// MARK: Children

// posix_spawnp of a child that leads a process group of its own. Who starts it must collect it: hg_collect.
HG_CHECKED int hg_spawn(pid_t *child, const char *file, const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes, char *const arguments[],
                        char *const environment[]);
// As waitpid of such a child, without waiting: its id, 0 while it runs, or -1 with errno when how it ended is not known.
HG_CHECKED pid_t hg_collect(pid_t child, int *status);
// Whether any of the group of a child that was collected is still there.
HG_CHECKED bool hg_is_group_left(pid_t group);
// Has this group of processes killed when the process here is gone, however it went; -1 with errno when the system gives no
// process for it. To be called off when the group is gone.
HG_CHECKED int hg_watch_group(pid_t group);
void hg_unwatch_group(int watcher);
// Collects ended children that nobody here has started: orphans of children, and as process 1 everybody's.
void hg_collect_foreign(void);
// Ends all children and what is left of their groups, asked to at first, and made to after so many milliseconds; no other is
// started from then on.
void hg_end_children(int milliseconds);
