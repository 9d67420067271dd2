#!/usr/bin/env python3
"""A page of documentation with the output of its commands made again.

usage: rerun-page.py PAGE

In a block of the page that begins with ```console, each line that begins with '$ healthgate' is a
command (it may go on after a backslash at its end), and what follows is its output. The program is
that of HEALTHGATE; the page goes to standard output.
"""

import os
import shlex
import subprocess
import sys


def output(command):
    words = shlex.split(command)
    done = subprocess.run(
        [os.environ["HEALTHGATE"], *words[1:]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        cwd=os.path.dirname(os.path.abspath(sys.argv[1])),
        text=True,
    )
    return done.stdout + done.stderr


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = file.read().split("\n")
    is_console, index = False, 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if line.startswith("```"):
            is_console = line == "```console"
        if is_console and line.startswith("$ healthgate "):
            command = [line]
            while command[-1].endswith("\\"):
                command.append(lines[index])
                index += 1
            print("\n".join(command))
            joined = " ".join(part.rstrip("\\") for part in command)
            print(output(joined[2:]), end="")
            while not lines[index].startswith(("```", "$ healthgate ")):
                index += 1
        elif index < len(lines) or line:
            print(line)


main()
