"""A small HTTP or SOCKS5 proxy, to loopback addresses only. Standard library only.

usage: proxy.py http|socks5 --record FILE [--user NAME:PASSWORD] [--seconds S]

Prints 'port N'. What it was asked for is appended to the record, a line each: 'CONNECT HOST:PORT',
'GET http://HOST:PORT/...' or 'SOCKS5 HOST:PORT'; 'refused' for wrong credentials.
It ends by itself after S seconds (120).
"""

import argparse
import base64
import ipaddress
import os
import selectors
import socket
import struct
import threading
import time
import urllib.parse


def record(line):
    with open(options.record, "a", encoding="utf-8") as file:
        file.write(line + "\n")


def connect(host, port):
    if not ipaddress.ip_address(host).is_loopback:
        raise OSError("not a loopback address")
    return socket.create_connection((host, port), timeout=10)


def relay(one, other):
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in selector.select(30):
                data = key.fileobj.recv(65536)
                if not data:
                    return
                key.data.sendall(data)


def exactly(client, count):
    data = b""
    while len(data) < count:
        part = client.recv(count - len(data))
        if not part:
            raise OSError("closed")
        data += part
    return data


def http(client):
    head = b""
    while b"\r\n\r\n" not in head:
        part = client.recv(65536)
        if not part:
            return
        head += part
    lines = head.decode("latin-1").split("\r\n")
    method, where, _ = lines[0].split(" ")
    if options.user:
        wanted = "basic " + base64.b64encode(options.user.encode()).decode()
        given = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("proxy-authorization:")]
        if not given or given[0].lower() != wanted.lower():
            record("refused")
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
    record(f"{method} {where}")
    if method == "CONNECT":
        host, _, port = where.rpartition(":")
        try:
            server = connect(host.strip("[]"), int(port))
        except OSError:
            client.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
            return
        with server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            relay(client, server)
        return
    url = urllib.parse.urlsplit(where)
    path = url.path + ("?" + url.query if url.query else "")
    lines[0] = f"{method} {path} HTTP/1.1"
    kept = [line for line in lines if not line.lower().startswith("proxy-")]
    with connect(url.hostname, url.port or 80) as server:
        server.sendall("\r\n".join(kept).encode("latin-1"))
        relay(client, server)


def socks5(client):
    _, count = exactly(client, 2)
    exactly(client, count)
    if options.user:
        client.sendall(b"\x05\x02")
        _, length = exactly(client, 2)
        name = exactly(client, length)
        password = exactly(client, exactly(client, 1)[0])
        if name + b":" + password != options.user.encode():
            record("refused")
            client.sendall(b"\x01\x01")
            return
        client.sendall(b"\x01\x00")
    else:
        client.sendall(b"\x05\x00")
    _, _, _, kind = exactly(client, 4)
    if kind == 1:
        host = socket.inet_ntop(socket.AF_INET, exactly(client, 4))
    elif kind == 4:
        host = socket.inet_ntop(socket.AF_INET6, exactly(client, 16))
    else:
        host = exactly(client, exactly(client, 1)[0]).decode()
    (port,) = struct.unpack("!H", exactly(client, 2))
    record(f"SOCKS5 {host}:{port}")
    try:
        server = connect(host, port)
    except (OSError, ValueError):
        client.sendall(b"\x05\x05\x00\x01" + bytes(6))
        return
    with server:
        client.sendall(b"\x05\x00\x00\x01" + bytes(6))
        relay(client, server)


def serve(client):
    client.settimeout(30)
    try:
        with client:
            (http if options.kind == "http" else socks5)(client)
    except (OSError, ValueError):
        pass


def accept(listener):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client,), daemon=True).start()


parser = argparse.ArgumentParser()
parser.add_argument("kind", choices=["http", "socks5"])
parser.add_argument("--record", required=True)
parser.add_argument("--user")
parser.add_argument("--seconds", type=float, default=280)
options = parser.parse_args()
server = socket.create_server(("127.0.0.1", 0), backlog=128)
print("port", server.getsockname()[1], flush=True)
threading.Thread(target=accept, args=(server,), daemon=True).start()
time.sleep(options.seconds)
os._exit(0)
