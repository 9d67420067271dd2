// Names are looked up on threads for which nothing ever waits.
//
// libcurl joins its own threads when a transfer is abandoned, so a name server that does not
// respond would block the loop for as long as the system queries it.
#include "Internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef struct lookup {
  struct lookup *next;
  hg_lookup result;
  char name[];
} lookup;

typedef struct { lookup *first, *last; } queue;

struct hg_resolver {
  pthread_mutex_t lock;
  queue wanted, done;
  int threads;
  bool is_released;
  hg_event event;
};

// The number of names that can be without a response at the same time and delay no other.
enum { MOST_THREADS = 256 };

static void push(queue *queue, lookup *one) {
  one->next = NULL;
  if (queue->last) queue->last->next = one;
  else queue->first = one;
  queue->last = one;
}

static lookup *pop(queue *queue) {
  lookup *one = queue->first;
  if (!one) return NULL;
  queue->first = one->next;
  if (!queue->first) queue->last = NULL;
  return one;
}

hg_resolver *hg_resolver_new(void) {
  hg_resolver *resolver = calloc(1, sizeof *resolver);
  if (!resolver) return NULL;
  bool has_event = hg_event_open(&resolver->event) == 0;
  int code = has_event ? pthread_mutex_init(&resolver->lock, NULL) : errno;
  if (code == 0) return resolver;
  if (has_event) hg_event_close(resolver->event);
  free(resolver);
  errno = code;
  return NULL;
}

static void destroy(hg_resolver *resolver) {
  lookup *one;
  while ((one = pop(&resolver->wanted))) free(one);
  while ((one = pop(&resolver->done))) free(one);
  hg_event_close(resolver->event);
  pthread_mutex_destroy(&resolver->lock);
  free(resolver);
}

void hg_resolver_release(hg_resolver *resolver) {
  pthread_mutex_lock(&resolver->lock);
  resolver->is_released = true;
  bool is_last = resolver->threads == 0;
  pthread_mutex_unlock(&resolver->lock);
  // Otherwise the last thread that returns does it.
  if (is_last) destroy(resolver);
}

int hg_resolver_event(const hg_resolver *resolver) { return resolver->event.reader; }

static void write_address(const struct sockaddr *address, char *text, size_t size) {
  char number[INET6_ADDRSTRLEN] = "";
  const char *comma = text[0] ? "," : "";
  size_t length = strlen(text);
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, number, sizeof number);
    snprintf(text + length, size - length, "%s%s", comma, number);
  } else if (address->sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, number, sizeof number);
    snprintf(text + length, size - length, "%s[%s]", comma, number);
  }
}

static void look_up(lookup *one) {
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  struct addrinfo *list = NULL;
  int code = getaddrinfo(one->name, NULL, &hints, &list);
  if (code != 0) {
    const char *words = code == EAI_SYSTEM ? strerror(errno) : gai_strerror(code);
    snprintf(one->result.error, sizeof one->result.error, "%s", words);
    return;
  }
  // More addresses than libcurl would try within any timeout.
  size_t count = 0;
  for (struct addrinfo *item = list; item && count < 16; item = item->ai_next, count++)
    write_address(item->ai_addr, one->result.addresses, sizeof one->result.addresses);
  freeaddrinfo(list);
}

static void *work(void *context) {
  hg_resolver *resolver = context;
  pthread_mutex_lock(&resolver->lock);
  lookup *one;
  while (!resolver->is_released && (one = pop(&resolver->wanted))) {
    pthread_mutex_unlock(&resolver->lock);
    look_up(one);
    pthread_mutex_lock(&resolver->lock);
    push(&resolver->done, one);
    hg_event_set(resolver->event);
  }
  resolver->threads--;
  bool is_last = resolver->is_released && resolver->threads == 0;
  pthread_mutex_unlock(&resolver->lock);
  if (is_last) destroy(resolver);
  return NULL;
}

int hg_resolver_begin(hg_resolver *resolver, const char *name, size_t token) {
  size_t length = strlen(name);
  lookup *one = calloc(1, sizeof *one + length + 1);
  if (!one) return ENOMEM;
  memcpy(one->name, name, length);
  one->result.token = token;
  pthread_mutex_lock(&resolver->lock);
  push(&resolver->wanted, one);
  int code = 0;
  if (resolver->threads < MOST_THREADS) {
    code = hg_start_thread(work, resolver);
    if (code == 0) resolver->threads++;
  }
  if (code != 0 && resolver->threads == 0) {
    // There is no thread for it: it would have been the only one.
    free(pop(&resolver->wanted));
  } else {
    code = 0;
  }
  pthread_mutex_unlock(&resolver->lock);
  return code;
}

bool hg_resolver_next(hg_resolver *resolver, hg_lookup *result) {
  pthread_mutex_lock(&resolver->lock);
  lookup *one = pop(&resolver->done);
  if (!one) hg_event_clear(resolver->event);
  pthread_mutex_unlock(&resolver->lock);
  if (!one) return false;
  *result = one->result;
  free(one);
  return true;
}
