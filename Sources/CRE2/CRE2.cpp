#include "CRE2.h"

#include <re2/re2.h>

#include <cstring>
#include <string>

using re2::RE2;
using re2::StringPiece;

struct hg_pattern {
  RE2 expression;
};

namespace {

hg_pattern_fault fault_of(RE2::ErrorCode code) {
  switch (code) {
    case RE2::NoError:
      return HG_PATTERN_GOOD;
    // Syntax of other engines: `(?=a)`, `(?<name>a)`; `\1`, `\R`; `a++`.
    case RE2::ErrorBadPerlOp:
    case RE2::ErrorBadEscape:
    case RE2::ErrorRepeatOp:
      return HG_PATTERN_LACKING;
    case RE2::ErrorPatternTooLarge:
      return HG_PATTERN_TOO_LARGE;
    default:
      return HG_PATTERN_MALFORMED;
  }
}

}  // namespace

hg_pattern *hg_pattern_compile(const char *text, size_t length, int64_t memory, hg_pattern_fault *fault, char *error,
                               size_t error_size) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(memory);
  hg_pattern *pattern = new hg_pattern{RE2(StringPiece(text, length), options)};
  *fault = fault_of(pattern->expression.error_code());
  if (*fault == HG_PATTERN_GOOD) return pattern;
  const std::string &words = pattern->expression.error();
  size_t count = words.size() < error_size ? words.size() : error_size - 1;
  std::memcpy(error, words.data(), count);
  error[count] = 0;
  delete pattern;
  return nullptr;
}

void hg_pattern_free(hg_pattern *pattern) { delete pattern; }

int hg_pattern_groups(const hg_pattern *pattern) { return pattern->expression.NumberOfCapturingGroups(); }

int hg_pattern_size(const hg_pattern *pattern) { return pattern->expression.ProgramSize(); }

bool hg_pattern_search(const hg_pattern *pattern, const char *text, size_t length, ptrdiff_t *start, ptrdiff_t *end) {
  StringPiece found[2];
  bool wants_group = start != nullptr && end != nullptr;
  if (!pattern->expression.Match(StringPiece(text, length), 0, length, RE2::UNANCHORED, found, wants_group ? 2 : 0))
    return false;
  if (wants_group) {
    bool takes_part = found[1].data() != nullptr;
    *start = takes_part ? found[1].data() - text : -1;
    *end = takes_part ? *start + static_cast<ptrdiff_t>(found[1].size()) : -1;
  }
  return true;
}
