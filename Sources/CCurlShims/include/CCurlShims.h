// Functions of fixed arity over libcurl's variadic ones, the two callbacks that run for every
// check, and what Glibc's Swift module lacks (epoll, eventfd).
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What one check received. The checker owns it; libcurl's callbacks fill it.
typedef struct hg_response {
  size_t header_bytes;   // of all header blocks and trailers
  size_t body_bytes;     // received, kept or not
  size_t header_limit;   // more than this ends the transfer
  size_t body_limit;     // more than this ends the transfer
  size_t body_kept;      // so much of the body is kept at the most
  bool header_too_large;
  bool body_too_large;
  int open_errno;        // why no socket could be made, else 0
  int socket;            // the latest that was made, else -1
  char error[CURL_ERROR_SIZE];  // libcurl's own words for a failure, or empty
  char *head;            // the last header block, then the trailers
  size_t head_length;
  size_t head_capacity;
  char *body;
  size_t body_length;
  size_t body_capacity;
} hg_response;

// Whether the latest socket has reached its peer.
bool hg_response_is_connected(const hg_response *response);
void hg_response_reset(hg_response *response);
void hg_response_free(hg_response *response);
// Sets the write, header and open-socket callbacks and the error buffer: all fill the response.
CURLcode hg_easy_set_response(CURL *easy, hg_response *response);

CURLcode hg_easy_set_long(CURL *easy, CURLoption option, long value);
CURLcode hg_easy_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode hg_easy_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode hg_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
CURLcode hg_easy_get_long(CURL *easy, CURLINFO info, long *value);
CURLcode hg_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *value);
CURLcode hg_easy_get_pointer(CURL *easy, CURLINFO info, void **value);

typedef int (*hg_socket_callback)(CURL *easy, curl_socket_t socket, int what, void *context,
                                  void *socket_context);
typedef int (*hg_timer_callback)(CURLM *multi, long timeout_ms, void *context);
CURLMcode hg_multi_set_callbacks(CURLM *multi, hg_socket_callback socket_callback,
                                 hg_timer_callback timer_callback, void *context);
CURLMcode hg_multi_set_long(CURLM *multi, CURLMoption option, long value);
// The next finished transfer, or NULL. CURLMsg holds a union, which Swift reads badly.
CURL *hg_multi_next_done(CURLM *multi, CURLcode *result);

typedef struct hg_ready {
  int descriptor;
  int actions;  // CURL_CSELECT_IN, _OUT, _ERR
} hg_ready;

int hg_epoll_create(void);
// what: CURL_POLL_IN, _OUT, _INOUT; 0 takes the descriptor out. known: it is in already, most
// likely; a wrong guess costs one call more.
int hg_epoll_set(int epoll, int descriptor, int what, bool known);
// As hg_epoll_set of a new descriptor for both directions, but each is told of only once: when it
// becomes ready, or is.
int hg_epoll_set_edges(int epoll, int descriptor);
// Waits for at most so many microseconds; returns how many are ready, or -1 with errno.
int hg_epoll_wait(int epoll, hg_ready *ready, int capacity, int64_t timeout_us);
// A descriptor that another thread makes readable with hg_event_set; hg_event_clear undoes it. -1 with errno when the system
// gives none.
int hg_event_descriptor(void);
void hg_event_set(int descriptor);
void hg_event_clear(int descriptor);
// Raises the soft limit of descriptors to the hard one; returns the limit then in force.
int64_t hg_raise_descriptor_limit(void);
int64_t hg_monotonic_us(void);
