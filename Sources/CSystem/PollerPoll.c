// Readiness and events with the functions of every system: poll(2), pipe(2).
//
// The kernel gets all descriptors at each wait, which is fast enough for thousands.
#include "Internal.h"

#if !HG_LINUX
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct hg_poller {
  // An edge-triggered descriptor that was reported is negative here, so that poll ignores it.
  struct pollfd *entries;
  bool *is_once;  // whether each entry is edge-triggered
  size_t count, capacity;
  // The index of each descriptor's entry plus one, by the descriptor's number; 0 if it has none.
  size_t *places;
  size_t place_count;
  // The entry with which the next search for ready ones begins, so that none waits forever.
  size_t first;
};

const char *hg_poller_kind(void) { return "poll"; }

hg_poller *hg_poller_new(void) { return calloc(1, sizeof(hg_poller)); }

void hg_poller_release(hg_poller *poller) {
  free(poller->entries);
  free(poller->is_once);
  free(poller->places);
  free(poller);
}

// Makes room for this many elements; new ones are zero.
static bool grow(void *array, size_t *count, size_t wanted, size_t size) {
  void **place = array;
  size_t more = *count ? *count : 64;
  while (more < wanted) more *= 2;
  char *grown = realloc(*place, more * size);
  if (!grown) return false;
  for (char *byte = grown + *count * size; byte < grown + more * size; byte++) *byte = 0;
  *place = grown;
  *count = more;
  return true;
}

static bool make_room(hg_poller *poller, size_t descriptor) {
  if (descriptor >= poller->place_count &&
      !grow(&poller->places, &poller->place_count, descriptor + 1, sizeof *poller->places))
    return false;
  if (poller->count < poller->capacity) return true;
  size_t capacity = poller->capacity;
  return grow(&poller->is_once, &capacity, poller->count + 1, sizeof *poller->is_once) &&
         grow(&poller->entries, &poller->capacity, poller->count + 1, sizeof *poller->entries);
}

static int descriptor_of(const struct pollfd *entry) {
  return entry->fd < 0 ? ~entry->fd : entry->fd;
}

// The last entry takes its place.
static void take_out(hg_poller *poller, size_t entry) {
  size_t last = --poller->count;
  poller->places[descriptor_of(&poller->entries[entry])] = 0;
  if (entry == last) return;
  poller->entries[entry] = poller->entries[last];
  poller->is_once[entry] = poller->is_once[last];
  poller->places[descriptor_of(&poller->entries[entry])] = entry + 1;
}

static int put_in(hg_poller *poller, int descriptor, short events, bool is_once) {
  // As with epoll, regular files are always ready, and closed descriptors cannot be watched.
  struct stat status;
  if (fstat(descriptor, &status) != 0) return -1;
  if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) {
    errno = EPERM;
    return -1;
  }
  if (!make_room(poller, (size_t)descriptor)) return -1;
  size_t *place = &poller->places[descriptor];
  if (!*place) *place = ++poller->count;
  poller->entries[*place - 1] = (struct pollfd){.fd = descriptor, .events = events};
  poller->is_once[*place - 1] = is_once;
  return 0;
}

int hg_poller_set(hg_poller *poller, int descriptor, int what, bool known) {
  (void)known;
  if (what)
    return put_in(poller, descriptor,
                  (short)((what & HG_READS ? POLLIN : 0) | (what & HG_WRITES ? POLLOUT : 0)), false);
  if (descriptor >= 0 && (size_t)descriptor < poller->place_count && poller->places[descriptor])
    take_out(poller, poller->places[descriptor] - 1);
  return 0;
}

int hg_poller_set_edges(hg_poller *poller, int descriptor) {
  return put_in(poller, descriptor, POLLIN | POLLOUT, true);
}

// Reports a ready descriptor; an edge-triggered one is not watched any longer.
static hg_ready tell(hg_poller *poller, size_t entry) {
  struct pollfd *one = &poller->entries[entry];
  short seen = one->revents;
  hg_ready ready = {one->fd, (seen & POLLIN ? HG_READS : 0) | (seen & POLLOUT ? HG_WRITES : 0) |
                                 (seen & (POLLERR | POLLHUP) ? HG_FAILED : 0)};
  if (!poller->is_once[entry]) return ready;
  one->events &= (short)~seen;
  if (!one->events || ready.actions & HG_FAILED) one->fd = ~one->fd;
  return ready;
}

int hg_poller_wait(hg_poller *poller, hg_ready *ready, int capacity, int64_t timeout_us) {
  int left = poll(poller->entries, (nfds_t)poller->count, hg_milliseconds(timeout_us));
  if (left < 0) return -1;
  int told = 0;
  bool is_any_closed = false;
  size_t count = poller->count, first = poller->first < count ? poller->first : 0;
  poller->first = 0;
  for (size_t i = 0; i < count && left > 0; i++) {
    size_t entry = first + i < count ? first + i : first + i - count;
    short seen = poller->entries[entry].revents;
    if (!seen) continue;
    if (told == capacity) {
      poller->first = entry;
      break;
    }
    left--;
    if (seen & POLLNVAL) is_any_closed = true;
    else ready[told++] = tell(poller, entry);
  }
  for (size_t entry = is_any_closed ? count : 0; entry > 0; entry--)
    if (poller->entries[entry - 1].revents & POLLNVAL) take_out(poller, entry - 1);
  return told;
}

int hg_event_open(hg_event *event) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  *event = (hg_event){ends[0], ends[1]};
  if (hg_set_flags(ends[0]) == 0 && hg_set_flags(ends[1]) == 0) return 0;
  int code = errno;
  hg_event_close(*event);
  errno = code;
  return -1;
}

void hg_event_close(hg_event event) {
  close(event.reader);
  close(event.writer);
}

// A full pipe is readable too.
void hg_event_set(hg_event event) { (void)!write(event.writer, "", 1); }

void hg_event_clear(hg_event event) {
  char bytes[64];
  while (read(event.reader, bytes, sizeof bytes) == sizeof bytes) continue;
}
#endif
