// Signals and child processes: what a handler must do, what Glibc's Swift module lacks, and what has to happen under
// one lock.
#pragma once

#include <spawn.h>
#include <stdbool.h>
#include <sys/types.h>

// Undoes what whoever started this process left it with: signals that are ignored or blocked. From then on SIGHUP (unless it
// is ignored, as under nohup), SIGINT and SIGTERM end the process and its children, as process 1 too; a trap and a want of
// memory or stack end them with the status of a defect, and words.
void hg_begin_process(void);

// From now on SIGHUP (unless it is ignored), SIGINT and SIGTERM end nothing and wait to be read from this descriptor; so does
// SIGCHLD, with which foreign children are collected. -1 with errno when the system gives no descriptor.
int hg_signal_descriptor(void);
// The next of the three that waits there, or 0.
int hg_next_signal(int descriptor);
// How many of the three were read, and whether there is one more to be read.
int hg_stop_signals(void);

// posix_spawnp of a child that leads a process group of its own. Who starts it must collect it: hg_collect.
int hg_spawn(pid_t *child, const char *file, const posix_spawn_file_actions_t *actions,
             const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]);
// As waitpid of such a child, without waiting: its id, 0 while it runs, or -1 with errno when how it ended is not known.
pid_t hg_collect(pid_t child, int *status);
// Whether any of the group of a child that was collected is still there.
bool hg_is_group_left(pid_t group);
// Collects ended children that nobody here has started: orphans of children, and as process 1 everybody's.
void hg_collect_foreign(void);
// Ends all children and what is left of their groups, asked to at first, and made to after so many milliseconds; no other is
// started from then on.
void hg_end_children(int milliseconds);
