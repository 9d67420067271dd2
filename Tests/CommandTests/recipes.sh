# What the tests of the recipes share: source it after lib.sh.
# What lib.sh has is assigned there.
# shellcheck shell=bash disable=SC2034,SC2154
set -euo pipefail

mkdir -p "$work/bin"
ln -s "$program" "$work/bin/healthgate"
PATH=$work/bin:$PATH

# Fast, by the variables that the recipes leave free; the settings file and imports are weaker.
export HEALTHGATE_INTERVAL=0.3 HEALTHGATE_TIMEOUT=0.25 HEALTHGATE_UNHEALTHY_THRESHOLD=2
export HEALTHGATE_HEALTHY_THRESHOLD=2 HEALTHGATE_SOAK=0.5 HEALTHGATE_GRACE_PERIOD=0 HEALTHGATE_PROGRESS=plain

recipe() { # NAME: a folder with the files of docs/recipes/NAME.md; goes there
  mkdir -p "$work/recipes/$1"
  cd "$work/recipes/$1" || exit
  blocks_of "recipes/$1"
}

blocks_of() { # PAGE: the files of docs/PAGE.md, here
  local page=$root/docs/$1.md file line inside='' begun files=()
  # shellcheck disable=SC2016 # the backquotes are the page's
  begun='^```[a-z]+ file=(.+)$'
  while IFS= read -r line; do
    if [ -n "$inside" ]; then
      if [ "$line" = '```' ]; then inside=''; else printf '%s\n' "$line" >>"$file"; fi
    elif [[ $line =~ $begun ]]; then
      file=${BASH_REMATCH[1]} inside=yes
      files+=("$file")
      mkdir -p "$(dirname "$file")"
      : >"$file"
    fi
  done <"$page"
  [ -z "$inside" ] || problem "$1.md has a block without an end"
  for file in "${files[@]}"; do
    if head -n 1 "$file" | grep -q '^#!'; then
      chmod +x "$file"
      shellcheck "$file" >"$work/shellcheck" 2>&1 || problem "$1.md, $file: $(cat "$work/shellcheck")"
      grep -q '^set -euo pipefail$' "$file" || problem "$1.md, $file lacks set -euo pipefail"
    fi
  done
}

try() { # COMMAND...: then $status, $out and $err tell
  command=("$@") status=0
  timeout -k 5 "${limit:-60}" "$@" >"$out" 2>"$err" </dev/null || status=$?
}

begin_command() { # COMMAND...: in the background, in a process group of its own, as a runner's job
  command=("$@")
  setsid "$@" >"$out" 2>"$err" </dev/null &
  pid_of[command]=$!
}

descendants() { # PID
  local child
  for child in $(pgrep -P "$1"); do
    printf '%s\n' "$child"
    descendants "$child"
  done
}

kill_descendants() { # PID [PID...]: of the first, and the others themselves
  local lost
  mapfile -t lost < <(descendants "$1")
  # Some of them end before their turn comes.
  kill -KILL "${lost[@]}" "${@:2}" 2>/dev/null || true
}

lose_runner() { # its machine is gone, with all that ran there
  kill_descendants "${pid_of[command]}" "${pid_of[command]}"
  await_command
}

await_command() {
  status=0
  { wait "${pid_of[command]}" || status=$?; } 2>/dev/null
  unset 'pid_of[command]'
}

expect_calls() { # PATTERN...: the stand-ins were called so, in this order
  local pattern last=0 line
  for pattern; do
    line=$(tail -n +"$((last + 1))" "$STUB/calls" | grep -nE -m 1 -e "$pattern" | cut -d: -f1) || true
    if [ -z "$line" ]; then
      problem "after line $last there is no call '$pattern': $(tr '\n' ';' <"$STUB/calls")"
      return
    fi
    last=$((last + line))
  done
}

expect_no_call() { # PATTERN
  ! grep -qE -e "$1" "$STUB/calls" || problem "there is a call '$1'"
}
