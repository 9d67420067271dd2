#ifndef CRE2_H
#define CRE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// RE2's regular expressions as C functions, so that Swift need not import C++.

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hg_pattern hg_pattern;

// Why a pattern is invalid; HG_PATTERN_LACKING is syntax that RE2 does not support on purpose.
typedef enum {
  HG_PATTERN_GOOD,
  HG_PATTERN_MALFORMED,
  HG_PATTERN_LACKING,
  HG_PATTERN_TOO_LARGE,
} hg_pattern_fault;

// Compiles a pattern in UTF-8; NULL if it is invalid. `error` gets RE2's text, cut to its size, with a zero at its end.
hg_pattern *hg_pattern_compile(const char *text, size_t length, int64_t memory, hg_pattern_fault *fault, char *error,
                               size_t error_size);
void hg_pattern_free(hg_pattern *pattern);

// The number of capturing groups, and the number of instructions of the compiled pattern.
int hg_pattern_groups(const hg_pattern *pattern);
int hg_pattern_size(const hg_pattern *pattern);

// Whether the text contains a match. `start` and `end` get the position of the first group in bytes, or -1 if the group takes
// no part; both may be NULL, which is faster.
bool hg_pattern_search(const hg_pattern *pattern, const char *text, size_t length, ptrdiff_t *start, ptrdiff_t *end);

#ifdef __cplusplus
}
#endif

#endif
