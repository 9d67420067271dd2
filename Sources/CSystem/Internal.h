// Declarations for the files of this module, and the choice between its Linux and POSIX implementations.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CSystem.h"

#include <signal.h>

// With HG_PORTABLE the portable implementations are used on Linux too, where the tests run.
#if defined(__linux__) && !defined(HG_PORTABLE)
#define HG_LINUX 1
#else
#define HG_LINUX 0
#endif

// Sends a signal to all children; no child can be started from then on.
void hg_signal_groups(int number);
// The signals that ask this process to end.
void hg_stop_set(sigset_t *set);
// Starts a thread that nothing joins, with all signals blocked; returns 0, or an error number.
HG_CHECKED int hg_start_thread(void *(*work)(void *), void *context);
// Makes a descriptor nonblocking, and closed on exec; returns 0, or -1 with errno.
HG_CHECKED int hg_set_flags(int descriptor);
// Milliseconds for poll and similar functions, rounded up; 0 if negative.
HG_CHECKED int hg_milliseconds(int64_t microseconds);
