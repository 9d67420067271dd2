// What the benchmark's programs share: one clock, the group's addresses, and percentiles.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// CLOCK_MONOTONIC, which all processes of a machine share, in nanoseconds.
static inline int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// Instance i of the group is 127.B.C.D: each has an address of its own, so that each has all local ports to itself.
#define INSTANCE_LIMIT (1 << 17)

static inline uint32_t address_of(int i) { // in host order
  return 127u << 24 | (uint32_t)(1 + i / 62500) << 16 | (uint32_t)(i / 250 % 250) << 8 |
         (uint32_t)(1 + i % 250);
}

static inline int instance_at(uint32_t address) { // -1: not one of the group
  int b = address >> 16 & 255, c = address >> 8 & 255, d = address & 255;
  if (address >> 24 != 127 || b < 1 || c > 249 || d < 1 || d > 250) return -1;
  int i = (b - 1) * 62500 + c * 250 + d - 1;
  return i < INSTANCE_LIMIT ? i : -1;
}

// A growing list of times, in nanoseconds.
struct times {
  int64_t *at;
  size_t count, room;
};

static inline void add_time(struct times *times, int64_t time) {
  if (times->count == times->room) {
    times->room = times->room ? 2 * times->room : 4096;
    times->at = realloc(times->at, times->room * sizeof *times->at);
    if (!times->at) abort();
  }
  times->at[times->count++] = time;
}

static int earlier(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static inline void sort_times(struct times *times) {
  if (times->count) qsort(times->at, times->count, sizeof *times->at, earlier);
}

// Of sorted times, in milliseconds: the value that `part` of them do not exceed.
static inline double percentile_ms(const struct times *times, double part) {
  if (!times->count) return 0;
  return (double)times->at[(size_t)(part * (double)(times->count - 1))] / 1e6;
}

static inline void print_times(const char *name, struct times *times) { // sorts them
  sort_times(times);
  printf("\"%s\":{\"p50\":%.4f,\"p99\":%.4f,\"max\":%.4f}", name, percentile_ms(times, .5),
         percentile_ms(times, .99), percentile_ms(times, 1));
}

// Which checks are due when. "even": round k of instance i at start + (k + i / instances) * interval, as HAProxy spreads
// them. "burst": the first ones all at once, and each instance's next an interval after its last was due, counted from
// when its first one was begun, as the gate does.
struct schedule {
  int64_t start, interval;
  long instances, total;
  int64_t *first; // by instance; NULL when they are spread
};

static inline int64_t due_ns(const struct schedule *s, long check) {
  long round = check / s->instances, instance = check % s->instances;
  if (!s->first) return s->start + round * s->interval + instance * s->interval / s->instances;
  return round ? s->first[instance] + round * s->interval : s->start;
}

static inline void note_start(struct schedule *s, long check, int64_t at) {
  if (s->first && check < s->instances) s->first[check] = at;
}

// At most so many checks begin before the loop looks at what has come in, as in the gate.
#define STARTS_A_TURN 16

// PORT INSTANCES ROUNDS [INTERVAL_MS [burst|even [http|https]]]
struct order {
  int port, is_tls;
  struct schedule schedule;
};

static inline struct order read_order(int count, char **words) {
  if (count < 4 || count > 7) exit(64);
  struct order order = {.port = atoi(words[1]), .is_tls = count > 6 && !strcmp(words[6], "https")};
  order.schedule = (struct schedule){.instances = atol(words[2]),
                                     .total = atol(words[2]) * atol(words[3]),
                                     .interval = (count > 4 ? atoll(words[4]) : 1000) * 1000000};
  if (order.schedule.instances < 1 || order.schedule.instances > INSTANCE_LIMIT) exit(64);
  if (count < 6 || strcmp(words[5], "even"))
    order.schedule.first = calloc((size_t)order.schedule.instances, sizeof(int64_t));
  return order;
}
