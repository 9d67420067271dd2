// SRV records by the system's resolver: what Glibc's Swift module lacks.
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
  char target[1026];  // without the last dot; empty for the root
} hg_srv_record;

// A name server to ask in place of those of /etc/resolv.conf, and without its search list.
typedef struct hg_name_server {
  uint32_t address;  // IPv4, in network byte order
  uint16_t port;     // in host byte order
  int timeout;       // seconds for one attempt
  int attempts;
} hg_name_server;

typedef enum hg_srv_ending {
  HG_SRV_FOUND,
  HG_SRV_NO_NAME,     // there is no such name
  HG_SRV_NO_RECORDS,  // there is, without SRV records
  HG_SRV_NO_ANSWER,   // no server answered, or only that it cannot now
  HG_SRV_REFUSED,     // a server answered that it will not
  HG_SRV_GARBLED,     // an answer that cannot be read
} hg_srv_ending;

// Waits for the SRV records of a name; all of them are counted, `capacity` are written.
// RES_OPTIONS and /etc/resolv.conf bound the time, or `server` does when it is given.
HG_CHECKED hg_srv_ending hg_srv_find(const char *name, const hg_name_server *server,
                          hg_srv_record *records, size_t capacity, size_t *count);

// Reads a name server's answer; all its SRV records are counted, `capacity` are written.
HG_CHECKED hg_srv_ending hg_srv_read(const unsigned char *answer, int length,
                          hg_srv_record *records, size_t capacity, size_t *count);
