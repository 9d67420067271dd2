#ifndef CRE2_H
#define CRE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// RE2's regular expressions by functions of C: what Swift imports knows nothing of C++.

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hg_pattern hg_pattern;

// Why a pattern is none; what RE2 leaves out on purpose is told apart.
typedef enum {
  HG_PATTERN_GOOD,
  HG_PATTERN_MALFORMED,
  HG_PATTERN_LACKING,
  HG_PATTERN_TOO_LARGE,
} hg_pattern_fault;

// Compiles a pattern in UTF-8; null when it is none. `error` gets RE2's words, cut to its size and ended with a zero.
hg_pattern *hg_pattern_compile(const char *text, size_t length, int64_t memory, hg_pattern_fault *fault, char *error,
                               size_t error_size);
void hg_pattern_free(hg_pattern *pattern);

// How many groups it captures, and how many instructions it was compiled to.
int hg_pattern_groups(const hg_pattern *pattern);
int hg_pattern_size(const hg_pattern *pattern);

// Whether the pattern is found anywhere in the text. `start` and `end` get the place of its first group, in bytes, or -1
// where that takes no part; both may be null, which is quicker.
bool hg_pattern_search(const hg_pattern *pattern, const char *text, size_t length, ptrdiff_t *start, ptrdiff_t *end);

#ifdef __cplusplus
}
#endif

#endif
