// SRV records with the system's resolver, which Glibc's Swift module lacks.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifndef HG_CHECKED
#define HG_CHECKED __attribute__((warn_unused_result))
#endif

typedef struct hg_srv_record {
  uint16_t priority;
  uint16_t weight;
  uint16_t port;
  char target[1026];  // without the trailing dot; empty for the root
} hg_srv_record;

// A name server to query instead of those in /etc/resolv.conf, without its search list.
typedef struct hg_name_server {
  uint32_t address;  // IPv4, in network byte order
  uint16_t port;     // in host byte order
  int timeout;       // of one attempt, in seconds
  int attempts;
} hg_name_server;

typedef enum hg_srv_ending {
  HG_SRV_FOUND,
  HG_SRV_NO_NAME,     // the name does not exist
  HG_SRV_NO_RECORDS,  // the name has no SRV records
  HG_SRV_NO_ANSWER,   // no server responded, or only with a temporary failure
  HG_SRV_REFUSED,     // a server refused the query
  HG_SRV_GARBLED,     // the response is invalid
} hg_srv_ending;

// Waits for the SRV records of a name; `count` gets their number, `capacity` are written.
// RES_OPTIONS and /etc/resolv.conf limit the time, or `server` if it is given.
HG_CHECKED hg_srv_ending hg_srv_find(const char *name, const hg_name_server *server,
                          hg_srv_record *records, size_t capacity, size_t *count);

// Reads a name server's response; `count` gets the number of SRV records, `capacity` are written.
HG_CHECKED hg_srv_ending hg_srv_read(const unsigned char *answer, int length,
                          hg_srv_record *records, size_t capacity, size_t *count);
