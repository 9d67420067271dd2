"""A TLS server that answers a handshake with alerts. Standard library only.

usage: alerts.py WHAT [--seconds S]     prints 'port N', ends by itself after S seconds (120)

    storm      warnings without end
    close      close_notify at once, as if all had been said
    fatal      handshake_failure
    garbage    a record of no known type
"""

import argparse
import os
import socket
import threading
import time

RECORDS = {
    "storm": bytes([21, 3, 3, 0, 2, 1, 90]) * 512,
    "close": bytes([21, 3, 3, 0, 2, 1, 0]),
    "fatal": bytes([21, 3, 3, 0, 2, 2, 40]),
    "garbage": bytes([99, 3, 3, 0xFF, 0xFF]) + b"x" * 300,
}


def serve(what, connection):
    try:
        with connection:
            connection.recv(4096)
            connection.sendall(RECORDS[what])
            while what == "storm":
                connection.sendall(RECORDS[what])
    except OSError:
        pass


def accept(what, listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(what, connection), daemon=True).start()


parser = argparse.ArgumentParser()
parser.add_argument("what", choices=sorted(RECORDS))
parser.add_argument("--seconds", type=float, default=280)
options = parser.parse_args()
server = socket.create_server(("127.0.0.1", 0), backlog=128)
print("port", server.getsockname()[1], flush=True)
threading.Thread(target=accept, args=(options.what, server), daemon=True).start()
time.sleep(options.seconds)
os._exit(0)
