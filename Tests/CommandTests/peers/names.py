"""A name server that misbehaves as the name says, in namespaces of its own. Standard library only.

usage: names.py [--seconds S]          prints 'port 53', ends by itself after S seconds (120)

Run by `unshare --mount --net` (as root) or `unshare --map-root-user --mount --net`: it puts itself into
/etc/resolv.conf there and answers on 127.0.0.1, port 53. `nsenter` brings others in. The first label
after those that begin with `_` says what is answered:

    good        127.0.0.1, or an SRV record of port 8001 for good.test
    none        there is no such name               nodata      there is, without records
    servfail, refused                               silent      not a word
    garbage     bytes that are no answer            half        the first half of an answer
    stranger    an answer to another question       cut         "truncated", and TCP has half of it
    huge        2000 records, by TCP                twice       the same record twice
    badport     an SRV record of port 0             root        an SRV record of the target `.`
    oddname     an SRV target with a blank and an escape
    nowhere     an SRV record of a target without an address
    lost        an SRV record of a target that nobody answers for
"""

import argparse
import fcntl
import os
import socket
import struct
import subprocess
import tempfile
import threading
import time

A, SRV = 1, 33
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def encoded(name):
    return b"".join(bytes([len(label)]) + label for label in name.split(b".") if label) + b"\0"


def record(kind, data):
    return b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def place(target, port=8001):
    return record(SRV, struct.pack(">HHH", 0, 0, port) + encoded(target))


def records(what, kind):
    if kind == A:
        if what == b"huge":
            return [record(A, struct.pack(">I", 0x7F050000 + i)) for i in range(2000)]
        return {
            b"good": [record(A, b"\x7f\0\0\1")],
            b"twice": [record(A, b"\x7f\0\0\1")] * 2,
        }.get(what, [])
    if kind != SRV:
        return []
    return {
        b"good": [place(b"good.test")],
        b"twice": [place(b"good.test")] * 2,
        b"huge": [place(b"good.test", 1000 + i) for i in range(2000)],
        b"badport": [place(b"good.test", 0)],
        b"root": [place(b"")],
        b"oddname": [place(b"a \x1b[31m.test")],
        b"nowhere": [place(b"nodata.test")],
        b"lost": [place(b"servfail.test")],
    }.get(what, [])


def reply(query, over_tcp):
    """The message for a query; None for silence."""
    end = 12
    labels = []
    while query[end]:
        labels.append(query[end + 1 : end + 1 + query[end]])
        end += query[end] + 1
    question = query[12 : end + 5]
    kind = struct.unpack(">H", query[end + 1 : end + 3])[0]
    what = next((label for label in labels if not label.startswith(b"_")), b"").lower()
    found = records(b"good" if what in (b"half", b"cut", b"stranger") else what, kind)
    code = {b"none": 3, b"servfail": 2, b"refused": 5}.get(what, 0)
    if what == b"silent":
        return None
    if what == b"garbage":
        return query[:2] + b"\x81\x80" + b"\xff" * 30
    if what == b"stranger":
        question = encoded(b"other.test") + question[-4:]
    flags = 0x8180 | code
    answer = b"".join(found)
    if not over_tcp and (len(answer) > 480 or what == b"cut"):
        flags, found, answer = flags | 0x200, [], b""
    message = query[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0) + question + answer
    return message[: len(message) - 9] if what in (b"half", b"cut") else message


def serve_udp(server):
    while True:
        query, peer = server.recvfrom(4096)
        message = reply(query, False)
        if message:
            server.sendto(message, peer)


def serve_tcp(server):
    while True:
        connection, _ = server.accept()
        threading.Thread(target=converse, args=(connection,), daemon=True).start()


def converse(connection):
    with connection, connection.makefile("rb") as queries:
        while length := queries.read(2):
            message = reply(queries.read(struct.unpack(">H", length)[0]), True)
            if message:
                connection.sendall(struct.pack(">H", len(message)) + message)


def take_over_resolving():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as some:
        fcntl.ioctl(some, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    os.chmod(file.name, 0o644)
    subprocess.run(["mount", "--bind", file.name, "/etc/resolv.conf"], check=True)
    os.unlink(file.name)


parser = argparse.ArgumentParser()
parser.add_argument("--seconds", type=float, default=280)
options = parser.parse_args()
take_over_resolving()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 53))
tcp = socket.create_server(("127.0.0.1", 53), backlog=64)
threading.Thread(target=serve_udp, args=(udp,), daemon=True).start()
threading.Thread(target=serve_tcp, args=(tcp,), daemon=True).start()
print("port 53", flush=True)
time.sleep(options.seconds)
os._exit(0)
