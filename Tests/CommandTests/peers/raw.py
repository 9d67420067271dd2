"""A peer below HTTP: accepts, and then does one thing. Standard library only.

usage: raw.py WHAT [--seconds S]       prints 'port N', ends by itself after S seconds (120)

    silent     never says a word
    banner     greets at once, as a mail server does
    byte       sends one byte a second
    http403    answers whatever comes with 403, as a proxy that allows nothing does
"""

import argparse
import os
import socket
import threading
import time


def serve(what, connection):
    try:
        with connection:
            if what == "banner":
                connection.sendall(b"220 mail.example ESMTP\r\n")
                connection.recv(4096)
                return
            if what == "http403":
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            while True:
                if what == "byte":
                    connection.sendall(b"H")
                time.sleep(1)
    except OSError:
        pass


def accept(what, listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(what, connection), daemon=True).start()


parser = argparse.ArgumentParser()
parser.add_argument("what", choices=["silent", "banner", "byte", "http403"])
parser.add_argument("--seconds", type=float, default=280)
options = parser.parse_args()
server = socket.create_server(("127.0.0.1", 0), backlog=128)
print("port", server.getsockname()[1], flush=True)
threading.Thread(target=accept, args=(options.what, server), daemon=True).start()
time.sleep(options.seconds)
os._exit(0)
