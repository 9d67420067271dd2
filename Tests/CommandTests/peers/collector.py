"""A server that is posted to, and keeps what it got. Standard library only.

usage: collector.py RECORD [--body FILE] [--seconds S]

Prints 'port N'. Each request is appended to the record, a JSON object a line: path, headers, body. A path may
have more parts after those that choose its answer. It ends by itself after S seconds (120).

    /ok                 200
    /status/N           N, with the path as its body
    /fail-first/N       503 for the first N requests to a path, then 200
    /retry-after/S      429 with Retry-After: S for the first request to a path, then 200
    /hang               nothing, ever
    /body               503 with the file as its body, and with its first line as a header (X-Line) and as Server
"""

import argparse
import http.server
import json
import os
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("record")
parser.add_argument("--body")
parser.add_argument("--seconds", type=float, default=280)
options = parser.parse_args()
lock = threading.Lock()
counts: dict[str, int] = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        pass

    def version_string(self):
        return self.first_line or "Collector"

    first_line = ""

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        with lock:
            counts[self.path] = number = counts.get(self.path, 0) + 1
            with open(options.record, "a", encoding="utf-8") as record:
                line = {"path": self.path, "headers": dict(self.headers), "body": body}
                record.write(json.dumps(line) + "\n")
        parts = self.path.strip("/").split("/")
        match parts[0]:
            case "ok":
                self.say(200)
            case "status":
                self.say(int(parts[1]), self.path.encode())
            case "fail-first":
                self.say(503 if number <= int(parts[1]) else 200)
            case "retry-after":
                self.say(429 if number == 1 else 200, retry_after=parts[1])
            case "hang":
                time.sleep(120)
            case "body":
                with open(options.body, "rb") as file:
                    content = file.read()
                self.first_line = content.split(b"\n")[0].decode()
                self.say(503, content)
            case _:
                self.say(404)

    do_GET = do_POST = answer

    def say(self, status, body=b"", retry_after=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        if self.first_line:
            self.send_header("Location", self.first_line)
        self.end_headers()
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print("port", server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
time.sleep(options.seconds)
os._exit(0)
