# States of servers, and what must be said of them.
# shellcheck shell=bash disable=SC2154
set -euo pipefail
states=0 shown=${1:-}

named() { # TARGET CODE SAID UNSAID [FLAG...]: a state, and what must and must not be among its words
  local target=$1 code=$2 said=$3 unsaid=$4 words='.checks[0].diagnosis | "\(.summary) \(.likely_cause)"'
  shift 4
  states=$((states + 1))
  hg probe "$target" --semantics alb --timeout 3 --instances 127.0.0.1 --format json "$@"
  [ "$shown" != --show ] || jq -r '.checks[0] | "\($ARGS.positional[0]) \(.status) \(.diagnosis.code) (\(.diagnosis.confidence)): \(.diagnosis.summary) | \(.diagnosis.likely_cause)\n      \(.diagnosis.evidence)"' \
    --args "$current $target $*" <"$out" >&2
  expect_verdict '.checks[0].diagnosis.code' "$code"
  expect_verdict "$words" ".*($said).*"
  [ -z "$unsaid" ] || expect_verdict "$words | test(\"$unsaid\")" false
}

finish_states() {
  printf '%d states were made by their servers\n' "$states"
  finish
}
