"""The steady state: what a check costs and how exactly its time is kept, over a window of whole intervals."""

import os
import time

from bench.checkers import ENVOY, HAPROXY
from bench.processes import Metered, Trouble

# A count that is off by more means that something else was measured. One check more or less is the window's edge.
TOLERANCE = 0.02
EDGE = 1.5


def measure(workshop, target, checker, load, label):
    """One row: the checker is measured once it has made a whole round and some time more has passed."""
    row = {"table": "steady", "checker": checker.name, "scheme": load.scheme, "instances": load.instances,
           "interval_s": load.interval, "load": round(os.getloadavg()[0], 2), **label}
    try:
        row.update(watch(workshop, target, checker, load))
        row["invalid"] = objection(row)
    except (Trouble, OSError) as trouble:
        row["invalid"] = str(trouble)
    return row


def objection(row):
    """Why the row must not be used; None when it may."""
    if row["failures"]:
        return f"{row['failures']} failed checks"
    off = row["requests"] - row["expected"]
    if abs(off) > max(TOLERANCE * row["expected"], EDGE):
        return f"{row['requests']} requests, {100 * off / row['expected']:+.1f} % of what was due"
    return None


def watch(workshop, target, checker, load):
    command = checker.command(workshop, load)
    for path in (workshop.path("output"), workshop.path("errors"), workshop.journal):
        if os.path.exists(path):
            os.remove(path)
    target.ask("clear")
    with Metered(workshop, command, output=workshop.path("output"), errors=workshop.path("errors")) as process:
        warm_up(target, load)
        target.ask("mark")
        begun, cpu = time.monotonic(), process.cpu_us()
        time.sleep(load.intervals * load.interval)
        took, cpu = time.monotonic() - begun, process.cpu_us() - cpu
        seen = target.ask("report")
        row = {"window_s": round(took, 3), "requests": seen["requests"], "gap_ms": seen["gap_ms"],
               "most_in_10_ms": seen["most_in_10_ms"], "expected": round(load.instances * took / load.interval, 1),
               "cpu_us_per_check": round(cpu / max(seen["requests"], 1), 3)}
        # What checking takes: what a verdict takes on top is in the peak of the whole run.
        row["peak_kb"] = process.peak_kb()
        row.update(ending(workshop, process, checker, load))
    return row


def warm_up(target, load):
    """Until each instance has been checked once, and things have settled."""
    end = time.monotonic() + 3 * load.interval + 30
    while target.ask("count")["requests"] < load.instances:
        if time.monotonic() > end:
            raise Trouble("not every instance was checked")
        time.sleep(0.01)
    time.sleep(load.settling * load.interval)


def ending(workshop, process, checker, load):
    """What the checker says itself; one that never ends is ended."""
    if checker in (ENVOY, HAPROXY):
        row = {"failures": checker.failures(workshop)}
        process.stop()
        process.result(20)
        return row
    result = process.result(4 * load.interval + 60)
    row = checker.account(workshop, load)
    row["whole_peak_kb"] = result["peak_kb"]
    if result["status"] != 0:
        raise Trouble(f"it ended with status {result['status']}")
    return row
