"""A site whose health checks go wrong in the ways that lint looks for. Standard library only.

usage: site.py [--address A]... [--all] [--record FILE] [--tls CERTIFICATE KEY] [--seconds S]

Listens on the same free port of each address (127.0.0.1 unless told) and prints 'port N'. Each request is appended
to the record, a JSON object a line: method, path, local, headers. It ends by itself after S seconds (120).

    /WHAT/health    the health check of a site that goes wrong like this, see `health`
    --all           every other path is answered with the home page
    anything else   404
"""

import argparse
import http.server
import itertools
import json
import os
import socketserver
import ssl
import threading
import time

lock = threading.Lock()
numbers = itertools.count(1)
slowly = itertools.count()
record = None
answers_all = False


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def version_string(self):
        return "nginx"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        local = self.connection.getsockname()[0]
        if record:
            entry = {"method": self.command, "path": self.path, "local": local, "headers": dict(self.headers)}
            with lock, open(record, "a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")
        what, _, rest = self.path.lstrip("/").partition("?")[0].partition("/")
        if rest == "health":
            self.health(what, local)
        elif answers_all or what == "prefix" or (what == "forwarded" and not self.headers.get("X-Forwarded-Proto")):
            self.say(200, "<h1>Home</h1>", ("Content-Type", "text/html"))
        elif what == "debug":
            self.say(404, "<p>Using the URLconf defined in <code>shop.urls</code>", ("Content-Type", "text/html"))
        else:
            self.say(404, "<h1>Not Found</h1>", ("Content-Type", "text/html"))

    def health(self, what, local):
        number = next(numbers)
        good = {"status": "ok", "check": number}
        match what.split("-", 1):
            case ["static", *_]:
                file = [("Last-Modified", "Wed, 25 Nov 2026 15:37:31 GMT"), ("Accept-Ranges", "bytes")]
                if self.headers.get("Range"):
                    return self.say(206, "o", ("Content-Range", "bytes 0-0/2"), *file)
                return self.say(200, "ok", ("Content-Type", "text/plain"), *file)
            case ["same"]:
                return self.say(200, "ok", ("Content-Type", "text/plain"))
            case ["cached"]:
                return self.json({"status": "ok", "check": number if "?" in self.path else 1})
            case ["age"]:
                return self.json(good, ("Age", "7"), ("Via", "1.1 varnish"), ("Cache-Control", "public, max-age=60"))
            case ["redirect"]:
                return self.say(302, "", ("Location", "/good/health"))
            case ["login"]:
                return self.say(302, "", ("Location", "/accounts/login/?next=/health"))
            case ["cookie"]:
                return self.json(good, ("Set-Cookie", "sessionid=hush; HttpOnly"))
            case ["host"]:
                if self.headers["Host"].endswith(".invalid"):
                    return self.say(200, "<h1>Another site</h1>", ("Content-Type", "text/html"))
            case ["allowed"]:
                if self.headers["Host"] != "shop.example":
                    return self.say(400, "<h1>Bad Request (400)</h1>")
            case ["forwarded"]:
                if self.headers.get("X-Forwarded-Proto") != "https":
                    return self.say(301, "", ("Location", "https://shop.example/health"))
            case ["slow"]:
                if next(slowly) == 0:
                    time.sleep(0.7)
            case ["version"]:
                return self.json({**good, "version": "v" + local.rsplit(".", 1)[1]})
            case ["large"]:
                return self.json({**good, "padding": "x" * 200_000})
            case ["down"]:
                return self.json({"status": "ok", "check": number, "database": {"status": "DOWN"}})
            case ["trace"]:
                return self.say(500, "Traceback (most recent call last):\n  File \"views.py\", line 3\n")
            case ["env"]:
                return self.json({**good, "database": "postgres://shop:hunter2@db.example/shop"})
            case ["private"]:
                return self.json({**good, "database": "10.1.2.3:5432"}, ("X-Powered-By", "PHP/8.2"))
            case ["old"]:
                self.protocol_version = "HTTP/1.0"
                self.close_connection = True
            case ["unframed"]:
                self.close_connection = True
                return self.say(200, json.dumps(good), ("Content-Type", "application/json"), framed=False)
            case ["closing"]:
                self.json(good, ("Keep-Alive", "timeout=5"))
                self.close_connection = True
                return None
            case ["turns"]:
                if number % 2:
                    return self.say(503, "")
            case ["echo"]:
                return self.say(200, f"down: {self.headers.get('Authorization')} {number}", ("X-Echo", str(self.headers.get("X-Token"))))
        return self.json(good)

    def json(self, document, *fields):
        self.say(200, json.dumps(document), ("Content-Type", "application/json"), ("Cache-Control", "no-store"), *fields)

    def say(self, status, body, *fields, framed=True):
        self.send_response(status)
        if any(name == "Cache-Control" for name, _ in fields[2:]):
            fields = tuple(field for field in fields if field != ("Cache-Control", "no-store"))
        for name, value in fields:
            self.send_header(name, value)
        if framed:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body.encode())


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def handle_error(self, *_):
        pass


def main():
    global record, answers_all
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", action="append")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--record")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--seconds", type=float, default=280)
    options = parser.parse_args()
    record, answers_all = options.record, options.all
    port = 0
    for address in options.address or ["127.0.0.1"]:
        server = Server((address, port), Site)
        port = server.server_address[1]
        if options.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*options.tls)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("port", port, flush=True)
    time.sleep(options.seconds)
    os._exit(0)


if __name__ == "__main__":
    main()
