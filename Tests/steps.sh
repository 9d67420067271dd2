# What run and run-long share: steps that are bounded, lanes of them beside one another, and a summary of all.
# shellcheck shell=bash
set -euo pipefail

lanes=()
lane_names=()
logs=$(mktemp -d)
: >"$logs/summary"
trap 'rm -rf "$logs"' EXIT
# A step is a process group of its own, which no signal of the terminal reaches.
trap 'kill "${child:-}" "${lanes[@]}" 2>/dev/null; exit 130' INT
trap 'kill "${child:-}" "${lanes[@]}" 2>/dev/null; exit 143' TERM

step() { # NAME SECONDS COMMAND...: goes on after a failure, and remembers it
  local name=$1 limit=$2 begun=$SECONDS status=0 outcome=ok
  shift 2
  printf '\n=== %s\n' "$name"
  timeout -k 10 "$limit" "$@" </dev/null &
  child=$!
  wait "$child" || status=$?
  child=
  local note="$((SECONDS - begun)) s"
  [ "$status" = 0 ] || outcome=FAILED note="status $status, $note"
  printf '%-7s %s (%s)\n' "$outcome" "$name" "$note" >>"$logs/summary"
}

lane() { # FUNCTION: its steps run beside those of the other lanes; what they say is printed when they are over
  (
    trap - EXIT
    trap 'kill "${child:-}" 2>/dev/null; exit 143' TERM
    "$1"
  ) >"$logs/lane-$1" 2>&1 &
  lanes+=($!)
  lane_names+=("$1")
}

join_lanes() { # waits for all of them
  local index name
  for index in "${!lanes[@]}"; do
    name=${lane_names[$index]}
    wait "${lanes[$index]}" || printf 'FAILED  %s\n' "$name" >>"$logs/summary"
    cat "$logs/lane-$name"
  done
  lanes=() lane_names=()
}

has_failed() { # NAME: of a step
  grep -qF "FAILED  $1 " "$logs/summary"
}

finish() {
  printf '\n=== Summary\n'
  cat "$logs/summary"
  ! grep -q '^FAILED' "$logs/summary" || exit 1
}
