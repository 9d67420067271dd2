#include "CResolver.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

// The size of the three numbers before a record's target.
enum { numbers_size = 6 };

static void use_server(res_state state, const hg_name_server *server) {
  memset(&state->nsaddr_list[0], 0, sizeof state->nsaddr_list[0]);
  state->nsaddr_list[0].sin_family = AF_INET;
  state->nsaddr_list[0].sin_addr.s_addr = server->address;
  state->nsaddr_list[0].sin_port = htons(server->port);
  state->nscount = 1;
  state->retrans = server->timeout;
  state->retry = server->attempts;
  state->options &= ~(unsigned long)(RES_DNSRCH | RES_DEFNAMES);
}

static hg_srv_ending ending_of(int error) {
  switch (error) {
    case HOST_NOT_FOUND: return HG_SRV_NO_NAME;
    case NO_DATA: return HG_SRV_NO_RECORDS;
    case NO_RECOVERY: return HG_SRV_REFUSED;
    default: return HG_SRV_NO_ANSWER;
  }
}

// Reads the record; returns whether it is valid.
static int read_record(ns_msg *message, ns_rr *record, hg_srv_record *into) {
  const unsigned char *data = ns_rr_rdata(*record);
  if (ns_rr_rdlen(*record) <= numbers_size) return 0;
  into->priority = (uint16_t)ns_get16(data);
  into->weight = (uint16_t)ns_get16(data + 2);
  into->port = (uint16_t)ns_get16(data + 4);
  int used = ns_name_uncompress(ns_msg_base(*message), ns_msg_end(*message), data + numbers_size,
                                into->target, sizeof into->target);
  // The root is written as a dot.
  if (used >= 0 && strcmp(into->target, ".") == 0) into->target[0] = '\0';
  return used >= 0 && numbers_size + used == ns_rr_rdlen(*record);
}

hg_srv_ending hg_srv_read(const unsigned char *answer, int length,
                          hg_srv_record *records, size_t capacity, size_t *count) {
  *count = 0;
  ns_msg message;
  if (ns_initparse(answer, length, &message) != 0) return HG_SRV_GARBLED;
  if (ns_msg_getflag(message, ns_f_tc)) return HG_SRV_GARBLED;
  int total = ns_msg_count(message, ns_s_an);
  for (int index = 0; index < total; index++) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_an, index, &record) != 0) return HG_SRV_GARBLED;
    if (ns_rr_type(record) != ns_t_srv) continue;  // an alias in the response
    hg_srv_record read;
    if (!read_record(&message, &record, &read)) return HG_SRV_GARBLED;
    if (*count < capacity) records[*count] = read;
    *count += 1;
  }
  return *count > 0 ? HG_SRV_FOUND : HG_SRV_NO_RECORDS;
}

hg_srv_ending hg_srv_find(const char *name, const hg_name_server *server,
                          hg_srv_record *records, size_t capacity, size_t *count) {
  *count = 0;
  struct __res_state state;
  memset(&state, 0, sizeof state);
  if (res_ninit(&state) != 0) return HG_SRV_NO_ANSWER;
  if (server) use_server(&state, server);
  hg_srv_ending ending = HG_SRV_NO_ANSWER;
  unsigned char *answer = malloc(NS_MAXMSG);
  if (answer) {
    int length = res_nsearch(&state, name, ns_c_in, ns_t_srv, answer, NS_MAXMSG);
    ending = length < 0 ? ending_of(state.res_h_errno)
                        : hg_srv_read(answer, length, records, capacity, count);
    free(answer);
  }
  res_nclose(&state);
  return ending;
}
