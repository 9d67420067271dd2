"""Users: so many requests a second to an address, until it is ended; then it says how they fared.

usage: canary.load.py PORT RATE FILE      a line 'GROUP STATUS COUNT' for each, in the file
"""

import collections
import http.client
import signal
import sys
import threading
import time

port, rate, file = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
seen: collections.Counter = collections.Counter()
lock = threading.Lock()


def ask():
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
        connection.request("GET", "/")
        answer = connection.getresponse()
        key = (answer.read().decode() or "nobody", answer.status)
        connection.close()
    except OSError:
        key = ("nobody", 0)
    with lock:
        seen[key] += 1


def end(*_):
    with lock, open(file, "w", encoding="utf-8") as out:
        for (group, status), count in sorted(seen.items()):
            print(group if len(group) < 20 else "proxy", status, count, file=out)
    sys.exit(0)


signal.signal(signal.SIGTERM, end)
start, number = time.monotonic(), 0
while True:
    number += 1
    delay = start + number / rate - time.monotonic()
    if delay > 0:
        time.sleep(delay)
    threading.Thread(target=ask, daemon=True).start()
