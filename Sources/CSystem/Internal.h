// What the files of this module share, and which of the twins are built: those of Linux, or those of POSIX.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CSystem.h"

#include <signal.h>

// HG_PORTABLE is given to the build to have the portable ones on Linux too, where tests run.
#if defined(__linux__) && !defined(HG_PORTABLE)
#define HG_LINUX 1
#else
#define HG_LINUX 0
#endif

// To all children there are, and from then on there are no more.
void hg_signal_groups(int number);
// The signals that ask this process to end.
void hg_stop_set(sigset_t *set);
// Has a descriptor not wait, and closed at an exec; 0, or -1 with errno.
HG_CHECKED int hg_set_flags(int descriptor);
// For poll and its like, rounded up; negative is 0.
HG_CHECKED int hg_milliseconds(int64_t microseconds);
