"""One server of a group, as a canary meets it: requests, a health check, and metrics for Prometheus.

usage: canary.app.py PORT GROUP [--fails-above RATE] [--fails-every NUMBER]

    /health     200, without a look at how the users fare
    /metrics    http_requests_total and http_errors_total of the group
    else        200; 500 while it gets more than RATE requests a second, and for each request of that NUMBER
"""

import argparse
import collections
import http.server
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("port", type=int)
parser.add_argument("group")
parser.add_argument("--fails-above", type=float, default=float("inf"))
parser.add_argument("--fails-every", type=int, default=0)
options = parser.parse_args()
lock = threading.Lock()
recent: collections.deque = collections.deque()
counts = {"requests": 0, "errors": 0}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/health":
            return self.answer(200, b"ok")
        if self.path == "/metrics":
            return self.answer(200, metrics())
        now = time.monotonic()
        with lock:
            recent.append(now)
            while recent and recent[0] < now - 1:
                recent.popleft()
            counts["requests"] += 1
            is_unlucky = options.fails_every > 0 and counts["requests"] % options.fails_every == 0
            fails = is_unlucky or len(recent) > options.fails_above
            counts["errors"] += fails
        return self.answer(500 if fails else 200, options.group.encode())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def metrics():
    with lock:
        lines = [f'http_{name}_total{{group="{options.group}"}} {count}' for name, count in counts.items()]
    return ("\n".join(lines) + "\n").encode()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


Server(("127.0.0.1", options.port), Handler).serve_forever()
