# What the tests with real servers have in common: source it after what is set is set.
#
# A server is begun on a free port of 127.0.0.1 and ends with the file; what cannot be installed is skipped, and said so.
# shellcheck shell=bash disable=SC1091,SC2034,SC2154
# shellcheck source=Tests/CommandTests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../CommandTests/lib.sh"
declare -A pid_of port_of
PATH=$PATH:/usr/sbin:/sbin

# Some take their time, or take the signal for another: none outlives the file.
end_peers() {
  local pid running
  mapfile -t running < <(jobs -p)
  for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait_until 3 all_have_ended "${running[@]}" || for pid in "${running[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  pid_of=()
  wait 2>/dev/null || true
}

all_have_ended() { # PID...
  local pid
  for pid; do has_ended "$pid" || return 1; done
}

lacks() { # PROGRAM...: makes the promise a loud skip where one is not there
  local one
  for one; do
    [ -n "$one" ] && command -v "$one" >/dev/null && continue
    lack "there is no $one"
    return 0
  done
  return 1
}

lack() { # REASON
  printf 'SKIPPED: %s: %s\n' "$current" "$1" >&2
  skip "$1"
}

begin() { # NAME PORT COMMAND...: in the background, until it listens there
  local name=$1 port=$2
  shift 2
  "$@" >"$work/$name.log" 2>&1 </dev/null &
  pid_of[$name]=$!
  # Some listen before they have read their configuration to its end.
  { wait_until 30 "$python" -c "import socket; socket.create_connection(('127.0.0.1', $port), 1).close()" && ! has_ended "$!"; } || {
    problem "$name does not listen on $port: $(tail -n 5 "$work/$name.log")"
    return 1
  }
}

warm() { # PORT: what loads itself at its first request has done so
  wait_until 30 curl -s -m 20 -o "$work/warm" "http://127.0.0.1:$1/"
}

ports() { # COUNT: into $p, free ones
  p=()
  while [ ${#p[@]} -lt "$1" ]; do p+=("$(free_port)"); done
}

from_pypi() { # REQUIREMENT...: the folder of their programs into $bin; empty where they cannot be had
  bin=$("$root/Tests/python-with" "$@" 2>"$work/pip.log") || bin=
  bin=${bin%/*}
  [ -n "$bin" ] || lack "PyPI does not bring $*"
  [ -n "$bin" ]
}

# Back ends: $dead refuses, $hang takes requests and does not answer, $ends hangs up, $noise answers in no HTTP, and $app
# answers with the status that the path ends with, as an application does.
begin_backends() {
  dead=$(free_port)
  cat >"$work/backends.py" <<'PY'
import asyncio, sys
async def hang(r, w): await asyncio.sleep(600)
async def end(r, w): await r.read(1); w.close()
async def noise(r, w): await r.read(1); w.write(b"\x01\x02\x03 no HTTP\r\n\r\n"); w.close()
async def app(r, w):
    try: head = await r.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError: return w.close()
    status = head.split(b" ")[1].rsplit(b"/", 1)[-1].decode()
    status = status if status.isdigit() else "200"
    w.write(f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{{\"status\":\"no\"}}".encode()); w.close()
async def main():
    for handler, port in zip((hang, end, noise, app), sys.argv[1:]):
        await asyncio.start_server(handler, "127.0.0.1", int(port))
    await asyncio.sleep(1800)
asyncio.run(main())
PY
  ports 4
  hang=${p[0]} ends=${p[1]} noise=${p[2]} app=${p[3]}
  begin backends "$app" "$python" "$work/backends.py" "$hang" "$ends" "$noise" "$app"
}

# nginx's own: what each of its configurations begins with.
nginx_head() { # FOLDER: that is there
  cat <<CONF
daemon off; master_process off; pid $1/pid; error_log $1/error.log;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path $1/b; proxy_temp_path $1/p; fastcgi_temp_path $1/f;
  uwsgi_temp_path $1/u; scgi_temp_path $1/s;
CONF
}
