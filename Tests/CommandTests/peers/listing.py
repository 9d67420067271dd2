"""Prints a listing of instances that changes from call to call. Standard library only.

usage: listing.py COUNTER STEP...

A STEP is FIRST-LAST:LINE, the calls (from 1; LAST may be left out) in which LINE is printed. A line !N ends the call
with status N. COUNTER is the file in which the calls are counted.
"""

import sys

counter, steps = sys.argv[1], sys.argv[2:]
try:
    call = int(open(counter).read()) + 1
except FileNotFoundError:
    call = 1
with open(counter, "w") as file:
    file.write(str(call))
status = 0
for step in steps:
    calls, line = step.split(":", 1)
    first, last = calls.split("-")
    if call < int(first) or (last and call > int(last)):
        continue
    if line.startswith("!"):
        status = int(line[1:])
    else:
        print(line)
sys.exit(status)
