# What run and run-long share: steps that are bounded, and a summary of them.
# shellcheck shell=bash
set -euo pipefail

failed=()
summary=()

step() { # NAME SECONDS COMMAND...: goes on after a failure, and remembers it
  local name=$1 limit=$2 begun=$SECONDS status=0
  shift 2
  printf '\n=== %s\n' "$name"
  timeout -k 10 "$limit" "$@" </dev/null || status=$?
  if [ "$status" = 0 ]; then
    summary+=("ok      $name ($((SECONDS - begun)) s)")
  else
    summary+=("FAILED  $name (status $status, $((SECONDS - begun)) s)")
    failed+=("$name")
  fi
}

finish() {
  printf '\n=== Summary\n'
  printf '%s\n' "${summary[@]}"
  [ ${#failed[@]} = 0 ] || exit 1
}
