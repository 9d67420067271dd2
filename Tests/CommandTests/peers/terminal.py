"""Runs a command with a terminal of its own on standard error. Standard library only.

usage: terminal.py [--both] COLUMNSxROWS SCREEN-FILE COMMAND...

Standard output stays what it is; with --both it is that terminal too, which keeps its size. What the terminal was sent goes to SCREEN-FILE. The terminal is
made narrower while the command runs. Ends with the command's status; bounded to 30 seconds.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

both = sys.argv[1] == "--both"
size, screen, *command = sys.argv[2 if both else 1 :]
columns, rows = map(int, size.split("x"))
leader, follower = pty.openpty()


def resize(width):
    fcntl.ioctl(leader, termios.TIOCSWINSZ, struct.pack("HHHH", rows, width, 0, 0))


resize(columns)
child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=follower if both else None, stderr=follower, start_new_session=True)
os.close(follower)
end = time.monotonic() + 30
begun = time.monotonic()
resized = both
with open(screen, "wb") as file:
    while True:
        if time.monotonic() > end:
            child.kill()
        if not resized and time.monotonic() - begun > 0.3:
            resized = True
            resize(max(columns // 2, 1))
            child.send_signal(signal.SIGWINCH)
        ready, _, _ = select.select([leader], [], [], 0.1)
        if ready:
            try:
                data = os.read(leader, 65536)
            except OSError:
                break
            if not data:
                break
            file.write(data)
        elif child.poll() is not None:
            break
sys.exit(child.wait())
