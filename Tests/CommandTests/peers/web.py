"""A web server whose answer the request's path chooses. Standard library only.

usage: web.py [--address A]... [--fleet N] [--port N] [--record FILE] [--tls CERTIFICATE KEY [--client-ca CA]]
              [--sick FILE] [--app-version V] [--seconds S]

Listens on the same free (or the given) port of each address (127.0.0.1 unless told; a fleet of N has 127.0.3.1,
127.0.3.2, ...) and prints 'port N'. Each request head is appended to the record, a JSON object a line, with the number of its connection and
when it came.
It ends by itself after S seconds (120).

    /ok                 200
    /health             200, but 503 at the addresses that the file of the sick has; X-App-Version
    /status/N           N, with an empty body
    /slow/S             200 after S seconds
    /hang               nothing, ever
    /fail-first/N       503 for the first N requests that an address gets, then 200
    /pass-first/N       200 for the first N, then 503
    /alternate          200, 503, 200, ...
    /only/ADDRESS       200 at this address, 503 at the others
    /alternate-at/ADDRESS   200, 503, 200, ... at this address, 200 at the others
    /slow-at/S,ADDRESS  200, at this address after S seconds
    /version/V          200, X-App-Version: V, and {"version": "V"}
    /versions/V,W       the same, by turns
    /json               200 and a JSON document
    /redirect           302 to /ok
    /close-delimited    200, and a body that ends with the connection
    /bomb               200 and 1 MiB of gzip that holds 1 GiB of zeros
    /endless-header     200 and header lines without end
    /trailing-garbage   200 with one byte too many
    /reset-header       half a header, then a reset
    /reset-body         the header and half a body, then a reset
"""

import argparse
import gzip
import io
import json
import os
import selectors
import socket
import ssl
import struct
import threading
import time

DOCUMENT = {
    "status": "ok",
    "checks": {"db": "up", "queue/jobs": 3},
    "list": [10, 20],
    "ready": True,
    "none": None,
    "pi": 3.5,
}
lock = threading.Lock()
counts: dict[tuple[str, str], int] = {}
connections = 0
sick_file, app_version = "/dev/null", ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", action="append")
    parser.add_argument("--fleet", type=int, default=0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--record")
    parser.add_argument("--sick", default="/dev/null")
    parser.add_argument("--app-version", default="")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--client-ca")
    parser.add_argument("--seconds", type=float, default=280)
    options = parser.parse_args()
    global sick_file, app_version
    sick_file, app_version = options.sick, options.app_version
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
        if options.client_ca:
            context.load_verify_locations(options.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    fleet = [f"127.0.3.{n}" for n in range(1, options.fleet + 1)]
    listeners = listen((options.address or []) + fleet or ["127.0.0.1"], options.port)
    print("port", listeners[0].getsockname()[1], flush=True)
    threading.Thread(target=accept, args=(listeners, context, options.record), daemon=True).start()
    time.sleep(options.seconds)
    os._exit(0)


def listen(addresses, wanted):
    """The same port on every address: the wanted one, or if it is 0 one that is free."""
    for _ in range(50):
        listeners, port = [], wanted
        try:
            for address in addresses:
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                listener = socket.socket(family, socket.SOCK_STREAM)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((address, port))
                listener.listen(512)
                port = listener.getsockname()[1]
                listeners.append(listener)
            return listeners
        except OSError:
            for listener in listeners:
                listener.close()
            if len(listeners) == 0:
                raise
    raise SystemExit("no port is free on all addresses")


def accept(listeners, context, record):
    selector = selectors.DefaultSelector()
    for listener in listeners:
        selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            connection, _ = key.fileobj.accept()
            threading.Thread(target=serve, args=(connection, context, record), daemon=True).start()


def serve(connection, context, record):
    global connections
    with lock:
        connections += 1
        number = connections
    connection.settimeout(30)
    local = connection.getsockname()[0]
    try:
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        with connection:
            # Connections are kept, so that a checker that uses one again is seen to.
            while head := read_head(connection):
                if record:
                    with lock, open(record, "a", encoding="utf-8") as file:
                        line = {"connection": number, "local": local, "seconds": time.monotonic(), "head": head}
                        file.write(json.dumps(line) + "\n")
                if not answer(connection, local, head):
                    return
    except OSError:
        pass


def read_head(connection):
    data = b""
    # A TLS handshake, or anything else that is not a request, has no end to wait for.
    while b"\r\n\r\n" not in data and not data[:1] == b"\x16":
        part = connection.recv(65536)
        if not part:
            return data.decode("latin-1")
        data += part
    return data.decode("latin-1")


def count(local, path):
    with lock:
        counts[local, path] = counts.get((local, path), 0) + 1
        return counts[local, path]


def answer(connection, local, head):
    """Whether the connection can carry another request."""
    method, _, rest = head.partition(" ")
    path = rest.split(" ")[0].partition("?")[0]
    if " HTTP/" not in head.split("\r\n")[0]:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return False
    name, _, argument = path.lstrip("/").partition("/")

    def say(status, body=b"", header=()):
        lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body)}", *header]
        if status in (204, 304):
            del lines[1]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if method == "HEAD" else body))
        return True

    number = count(local, path)
    match name:
        case "" | "ok":
            return say(200, b"ok")
        case "health":
            with open(sick_file, encoding="utf-8") as file:
                sick = local in file.read().split()
            return say(503 if sick else 200, b"", [f"X-App-Version: {app_version}"])
        case "status":
            return say(int(argument))
        case "slow":
            time.sleep(float(argument))
            return say(200, b"ok")
        case "hang":
            time.sleep(120)
            return False
        case "fail-first":
            return say(503 if number <= int(argument) else 200)
        case "pass-first":
            return say(200 if number <= int(argument) else 503)
        case "alternate":
            return say(200 if number % 2 else 503)
        case "only":
            return say(200 if local == argument else 503)
        case "alternate-at":
            return say(200 if number % 2 or local != argument else 503)
        case "slow-at":
            seconds, _, slow = argument.partition(",")
            if local == slow:
                time.sleep(float(seconds))
            return say(200)
        case "version" | "versions":
            versions = argument.split(",")
            version = versions[(number - 1) % len(versions)]
            body = json.dumps({"version": version}).encode()
            return say(200, body, [f"X-App-Version: {version}"])
        case "json":
            return say(200, json.dumps(DOCUMENT).encode(), ["Content-Type: application/json"])
        case "redirect":
            return say(302, b"", ["Location: /ok"])
        case "close-delimited":
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nok")
            return False
        case "bomb":
            return say(200, bomb(), ["Content-Encoding: gzip"])
        case "endless-header":
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X-Pad: " + b"x" * 1000 + b"\r\n")
                time.sleep(0.001)
        case "trailing-garbage":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!")
            return False
        case "reset-header":
            return reset(connection, b"HTTP/1.1 200 OK\r\nContent-Le")
        case "reset-body":
            return reset(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
    return say(404)


def reset(connection, data):
    connection.sendall(data)
    time.sleep(0.02)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def bomb():
    with lock:
        if not hasattr(bomb, "bytes"):
            # Members may follow one another: sixteen times the same 64 MiB.
            buffer = io.BytesIO()
            with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9) as file:
                file.write(bytes(64 << 20))
            bomb.bytes = buffer.getvalue() * 16
        return bomb.bytes


if __name__ == "__main__":
    main()
