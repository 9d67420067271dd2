# The harness of the command tests: source it, then write promises.
#
#   start_peer web web.py                     a peer; its port is in $port_of[web]
#   promise 'a healthy group ends with 0'     begins a test (and ends the one before)
#   hg run "${quick[@]}" --target "HTTP:${port_of[web]}/ok" --instances 127.0.0.1
#   expect_status 0                           what it must have done; any number of these
#   expect_verdict .decision promote
#   finish                                    closes the file: 'N passed, N failed'
#
# HEALTHGATE is the program (default: this checkout's release build). Every run is bounded in
# time, gets no standard input and none of the caller's HEALTHGATE_ variables.
# shellcheck shell=bash
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
program=${HEALTHGATE:-$root/.build/release/healthgate}
[ -x "$program" ] || {
  printf 'no program at %s: build it (swift build -c release) or set HEALTHGATE\n' "$program" >&2
  exit 2
}
program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
python=/usr/bin/python3
[ -x "$python" ] || python=$(command -v python3)

while IFS='=' read -r variable _; do unset "$variable"; done < <(env | grep '^HEALTHGATE_' || true)
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY NO_COLOR
# No test reports to the CI system that it runs in.
unset GITHUB_ACTIONS GITHUB_OUTPUT GITHUB_STEP_SUMMARY GITLAB_CI CIRCLECI BASH_ENV JENKINS_URL
unset BUILDKITE TF_BUILD AGENT_TEMPDIRECTORY
# Nor is a terminal of a test's one of a CI system.
unset CI CONTINUOUS_INTEGRATION BUILD_NUMBER BUILD_ID RUN_ID TEAMCITY_VERSION CODEBUILD_BUILD_ARN BITBUCKET_BUILD_NUMBER
unset bamboo_planKey GO_PIPELINE_LABEL DRONE SEMAPHORE TRAVIS APPVEYOR TASK_ID
# No test asks a cloud, or looks for its credentials anywhere.
while IFS='=' read -r variable _; do unset "$variable"; done < <(env | grep '^AWS_' || true)
export AWS_EC2_METADATA_DISABLED=true AWS_ENDPOINT_URL=http://127.0.0.1:9 AWS_REGION=eu-west-1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1

work=$(mktemp -d)
declare -A pid_of=()
declare -A port_of=()
trap 'end_peers; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Settings for a verdict within a second.
# shellcheck disable=SC2034 # used by the files that source this one
quick=(--interval 0.2 --timeout 0.15 --healthy-threshold 2 --unhealthy-threshold 2)

# --- peers ---

start_peer() { # NAME SCRIPT [ARGUMENT...]: in the background, until the file ends
  start_peer_with "$python" "$@"
}

start_peer_with() { # PYTHON NAME SCRIPT [ARGUMENT...]
  local interpreter=$1 name=$2 script=$3
  shift 3
  "$interpreter" "$here/peers/$script" "$@" >"$work/$name.port" 2>"$work/$name.log" </dev/null &
  pid_of[$name]=$!
  for _ in $(seq 600); do
    if grep -qs '^port [0-9]' "$work/$name.port"; then
      # shellcheck disable=SC2034 # used by the files that source this one
      port_of[$name]=$(sed -n 's/^port //p' "$work/$name.port")
      return
    fi
    kill -0 "${pid_of[$name]}" 2>/dev/null || break
    sleep 0.05
  done
  printf 'peer %s did not start:\n' "$name" >&2
  cat "$work/$name.log" >&2
  exit 2
}

end_peers() {
  local pid
  for pid in "${pid_of[@]}"; do kill "$pid" 2>/dev/null || true; done
  pid_of=()
  wait 2>/dev/null || true
}

free_port() { # a port of 127.0.0.1 that nobody listens on
  "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# --- the program ---

command=() status=0
out=$work/out err=$work/err

# What a file of tests has in an array, such as $quick, are its defaults: of an option that takes one value, and of
# the instances, the last is the one that is meant. The program itself refuses one that is given twice.
settle() { # ARGUMENT...: then $settled has those that count
  local -A place=()
  local words=("$@") name index
  settled=()
  for ((index = 0; index < ${#words[@]}; index++)); do
    [[ ${words[index]} == --?* ]] || {
      settled[2 * index]=${words[index]}
      continue
    }
    name=${words[index]%%=*}
    case $name in
      --header | --connect-to | --expect* | --guard | --report | --label | --notify | --cross-check | --import-from | --key | --ignore | --failure-rate)
        [ "$name" = --expected ] || name=$name-$index
        ;;
    esac
    if [ -n "${place[$name]:-}" ]; then unset "settled[${place[$name]}]" "settled[$((place[$name] + 1))]"; fi
    place[$name]=$((2 * index))
    settled[2 * index]=${words[index]}
    if [[ ${words[index]} != *=* ]] && ((index + 1 < ${#words[@]})) && [[ ${words[index + 1]} != --?* ]]; then
      settled[2 * index + 1]=${words[index + 1]}
      index=$((index + 1))
    fi
  done
  settled=("${settled[@]}")
}

tracked_files() { # PATH...: the repository's own, and not what somebody keeps beside them; all of them where this is no clone
  if git -C "$root" rev-parse --git-dir >/dev/null 2>&1; then
    git -C "$root" ls-files --cached -- "$@"
  else
    (cd "$root" && find "${@:-.}" -path './.build*' -prune -o -type f -print | sed 's|^\./||')
  fi
}

hg() { # ARGUMENT...: runs it; then $status, $out and $err tell
  settle "$@"
  hg_as_given "${settled[@]}"
}

hg_as_given() { # ARGUMENT...: with what is given twice, too
  command=("$program" "$@")
  status=0
  timeout -k 5 "${limit:-30}" "${command[@]}" >"$out" 2>"$err" </dev/null || status=$?
}

start_run() { # JOURNAL ARGUMENT...: in the background; its process id is $runner
  local journal=$1
  shift
  settle "$@"
  command=("$program" "${settled[@]}" --journal "$journal")
  rm -f "$journal"
  # In the background a shell's children ignore an interrupt: make it what it is elsewhere.
  env --default-signal=INT,QUIT "${command[@]}" >"$out" 2>"$err" </dev/null &
  runner=$!
  # Whatever becomes of the test, it ends with it.
  pid_of[runner-$runner]=$runner
}

end_run() { # SIGNAL: then $status and $took (milliseconds) tell
  local begun
  begun=$(date +%s%N)
  kill "-$1" "$runner" 2>/dev/null || problem 'the run was over before its signal'
  await_run
  # shellcheck disable=SC2034 # used by the files that source this one
  took=$((($(date +%s%N) - begun) / 1000000))
}

await_run() {
  status=0
  { wait "$runner" || status=$?; } 2>/dev/null
  unset "pid_of[runner-$runner]"
}

wait_until() { # SECONDS COMMAND...: polls; a failed test, not an endless one, if it never holds
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.05
  done
}

# One that nobody has waited for yet has ended all the same.
has_ended() { # PID
  ! kill -0 "$1" 2>/dev/null || [ "$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -c1)" = Z ]
}

has_events() { # JOURNAL EVENT [AT-LEAST]
  [ "$(jq -R 'fromjson? | select(.event == "'"$2"'")' "$1" 2>/dev/null | jq -s length)" -ge "${3:-1}" ]
}

# --- promises ---

number=0 passed=0 failed=0 skipped=0
current='' problems=() skip_reason=''

promise() { # NAME
  close_promise
  current=$1 problems=() skip_reason=''
  command=() status=0
  : >"$out"
  : >"$err"
}

skip() { # REASON: loudly
  skip_reason=$1
}

problem() { problems+=("$*"); }

close_promise() {
  [ -n "$current" ] || return 0
  number=$((number + 1))
  if [ ${#problems[@]} -gt 0 ]; then
    failed=$((failed + 1))
    printf 'not ok %d - %s\n' "$number" "$current"
    {
      printf '%s\n' "${problems[@]}"
      printf 'the last command: %s\n' "${command[*]}"
      printf 'exit status: %s\nstandard error:\n' "$status"
      tail -n 20 "$err" | cut -c 1-1000
      printf 'standard output:\n'
      # A reader that has had enough is no failure of the file's.
      { jq -c . "$out" 2>/dev/null || cat "$out"; } | head -c 1500 | tr -d '\0' || true
      printf '\n'
    } | sed 's/^/#   /'
  elif [ -n "$skip_reason" ]; then
    skipped=$((skipped + 1))
    printf 'ok %d - %s # SKIP %s\n' "$number" "$current" "$skip_reason"
  else
    passed=$((passed + 1))
    printf 'ok %d - %s\n' "$number" "$current"
  fi
  current=''
}

finish() {
  close_promise
  printf '%d passed, %d failed' "$passed" "$failed"
  [ "$skipped" = 0 ] || printf ', %d skipped' "$skipped"
  printf '\n'
  [ "$failed" = 0 ] && [ $((passed + skipped)) -gt 0 ]
}

# --- expectations: a pattern is a whole extended regular expression, alternatives by | ---

expect() { # WHAT PATTERN SEEN
  [[ $3 =~ ^($2)$ ]] || problem "$1 is '$3', not '$2'"
}

expect_status() { expect 'the exit status' "$1" "$status"; }

expect_verdict() { # JQ-EXPRESSION PATTERN: of the document on standard output
  expect "$1" "$2" "$(jq -r "$1" "$out" 2>/dev/null || printf 'unreadable')"
}

expect_in() { # FILE JQ-EXPRESSION PATTERN
  expect "$2 of $(basename "$1")" "$3" "$(jq -r "$2" "$1" 2>/dev/null || printf 'unreadable')"
}

expect_one_document() { # standard output is exactly one JSON object, and a last line feed
  [ "$(jq -s 'map(type) | join(",")' "$out" 2>/dev/null)" = '"object"' ] ||
    problem 'standard output is not exactly one JSON object'
  [ "$(tail -c 1 "$out" | od -An -tx1 | tr -d ' ')" = 0a ] ||
    problem 'standard output does not end with a line feed'
}

expect_empty() { # FILE
  [ ! -s "$1" ] || problem "$(basename "$1") is not empty: $(head -c 300 "$1")"
}

expect_said() { # PATTERN...: each somewhere on standard error, whatever the case
  local pattern
  for pattern; do
    grep -qiE -e "$pattern" "$err" || problem "standard error does not say '$pattern'"
  done
}

expect_not_said() { # PATTERN
  ! grep -qiE -e "$1" "$err" || problem "standard error says '$1'"
}

expect_printed() { # PATTERN...: each somewhere on standard output
  local pattern
  for pattern; do
    grep -qE -e "$pattern" "$out" || problem "standard output does not say '$pattern'"
  done
}

expect_same() { # FILE FILE
  cmp -s "$1" "$2" || problem "$(basename "$1") and $(basename "$2") differ: $(diff "$1" "$2" | head -n 6 || true)"
}

expect_absent() { # FILE
  [ ! -e "$1" ] || problem "$1 is there"
}

# Usage: nothing was checked, nothing printed, and an error that says what is wrong.
expect_refused() { # STATUS PATTERN...
  expect_status "$1"
  expect_empty "$out"
  expect_said 'healthgate:|^error:|usage:' "${@:2}"
}

# A source of instances that is bad: what a promise is called, the status, and a pattern that stands in the
# error, or in the verdict's words. $quick and $target are the file's.
# shellcheck disable=SC2154
bad() { # SOURCE FAULT STATUS PATTERN ARGUMENT...
  promise "$1, $2: $3"
  hg run "${quick[@]}" --target "$target" "${@:5}"
  if [ "$3" -ge 64 ]; then
    expect_refused "$3" "$4"
    [ "$3" = 64 ] || expect_said 'hint: '
  else
    expect_status "$3"
    expect_verdict '.decision' 'rollback|inconclusive'
    expect_verdict '[.reason.message, .diagnoses[].advice, .warnings[]] | join(" ")' ".*($4).*"
  fi
  expect_plain "$err"
}

expect_plain() { # FILE: nothing in it that a terminal would obey, and no flood
  ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$1" ||
    problem "$(basename "$1") has control characters"
  [ "$(wc -c <"$1")" -lt 8000 ] || problem "$(basename "$1") is $(wc -c <"$1") bytes long"
}

expect_journal() { # FILE: of the contract's form
  local wrong
  wrong=$(jq -rn '
    def number(f): f | type == "number";
    [inputs] as $lines
    | ($lines | length) as $n
    | [ (if $n < 2 then "it has \($n) lines" else empty end),
        (if $lines[0].event != "run_started" then "it does not begin with run_started" else empty end),
        (if ([$lines[] | select(.event != "signed")][-1]).event != "decided" then "it does not end with decided" else empty end),
        (if [$lines[] | select(.event == "decided")] | length != 1 then "not one decided" else empty end),
        (if [$lines[].seq] != [range($n)] then "seq is not dense: \([$lines[].seq])" else empty end),
        (if [$lines[].t] != ([$lines[].t] | sort) then "t goes back: \([$lines[].t])" else empty end),
        (if any($lines[]; number(.t) and .t >= 0 | not) then "t is not a time" else empty end),
        ($lines[] | {
            run_started: ["schema_version", "rules", "healthgate_version", "run_id", "started_at", "health_check", "policy", "group"],
            instance_added: ["id", "address", "port", "zone"],
            instance_removed: ["id"],
            group_listed: ["started", "ok"],
            load_balancer_view: [],
            check: ["id", "started", "ok", "kind", "status", "detail", "latency_ms"],
            state_changed: ["id", "from", "to", "reason_code"],
            gate_fault: ["detail"],
            interrupted: [],
            resumed: ["gap_seconds"],
            guard_added: ["id"],
            signed: ["key_id", "signature"],
            decided: ["decision", "reason"] } as $fields
          | if $fields[.event] == null then "an unknown event: \(.event)"
            else (keys_unsorted as $keys | $fields[.event] - $keys | select(length > 0)) as $absent
              | "line \(.seq), \(.event), lacks \($absent)" end),
        ($lines[] | select(.event == "check") | select((.ok and .kind != null) or (.ok == false and .kind == null) or (.started > .t))
          | "a check contradicts itself: \(.)")
      ] | .[:5][]' "$1" 2>&1) || true
  [ -z "$wrong" ] || problem "the journal: $wrong"
}

# --- files that the tests need ---

make_certificates() { # into $work/tls: a CA, a server for 127.0.0.1 and web.example, a client
  local tls=$work/tls name
  mkdir -p "$tls"
  {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
      -subj '/CN=healthgate tests CA' -keyout "$tls/ca.key" -out "$tls/ca.pem"
    for name in server client; do
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
        -subj "/CN=$name" -keyout "$tls/$name.key" -out "$tls/$name.csr"
      printf 'subjectAltName=IP:127.0.0.1,DNS:web.example\n' >"$tls/$name.ext"
      openssl x509 -req -in "$tls/$name.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" \
        -CAcreateserial -days 2 -extfile "$tls/$name.ext" -out "$tls/$name.pem"
    done
  } 2>"$tls/log" || {
    cat "$tls/log" >&2
    exit 2
  }
}
