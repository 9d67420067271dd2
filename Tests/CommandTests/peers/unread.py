#!/usr/bin/env python3
"""Runs a command of which nobody reads a stream, and says how it ends.

usage: unread.py stdout|stderr FILE COMMAND...

The stream is a pipe that is full from the beginning. When FILE is there, or COMMAND has ended, it waits a moment and sends
SIGTERM; then it prints whether COMMAND was waiting until then, its exit status, and how many milliseconds that took.
"""
import os
import signal
import subprocess
import sys
import time

stream, awaited, command = sys.argv[1], sys.argv[2], sys.argv[3:]
reading, writing = os.pipe()
os.set_blocking(writing, False)
try:
    while True:
        os.write(writing, b"x" * 4096)
except BlockingIOError:
    pass
os.set_blocking(writing, True)
streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: writing}
process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **streams)
end = time.monotonic() + 60
while time.monotonic() < end and process.poll() is None and not os.path.exists(awaited):
    time.sleep(0.02)
try:
    process.wait(2)
    print("ended by itself", process.returncode, 0)
    sys.exit()
except subprocess.TimeoutExpired:
    pass
begun = time.monotonic()
process.send_signal(signal.SIGTERM)
try:
    process.wait(20)
except subprocess.TimeoutExpired:
    process.kill()
    process.wait()
print("waited", process.returncode, round((time.monotonic() - begun) * 1000))
