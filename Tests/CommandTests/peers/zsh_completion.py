"""What zsh offers when a line is completed. Standard library only.

usage: zsh_completion.py FOLDER LINE

FOLDER has functions/_healthgate, and is where zsh runs. Prints what the terminal showed after the tabs; bounded to 20 seconds.
"""

import os
import pty
import re
import select
import sys
import time

folder, line = sys.argv[1:]
pid, leader = pty.fork()
if pid == 0:
    os.chdir(folder)
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "TERM": "dumb", "LC_ALL": "C.UTF-8", "PS1": "READY> "}
    os.execvpe("zsh", ["zsh", "-f", "-i"], environment)


def read_until(pattern, seconds):
    seen, end = "", time.monotonic() + seconds
    while time.monotonic() < end and not re.search(pattern, seen):
        if select.select([leader], [], [], 0.1)[0]:
            try:
                seen += os.read(leader, 65536).decode("utf-8", "replace")
            except OSError:
                break
    return seen


def send(text):
    os.write(leader, text.encode())


read_until("READY> ", 5)
send("fpath=($PWD/functions $fpath); autoload -Uz compinit; compinit -u -D; setopt no_list_beep; print LOA''DED\n")
read_until("LOADED", 10)
send(line + "\t\t")
shown = read_until(r"\x00never", 3)
os.kill(pid, 9)
os.waitpid(pid, 0)
print(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|[\r\x07\x08]", "", shown))
