"""A group as large as one gate may get: memory, lateness, failures, and what its verdict and its page take."""

import json
import os
import time

from bench import steady
from bench.checkers import Load, last_line
from bench.processes import Metered, Trouble


def measure(workshop, target, checker, load, label):
    """Rows of a run that goes on for so many intervals, and of what is made of its journal."""
    row = {"table": "growth", "checker": checker.name, "what": "run", "scheme": load.scheme, "instances": load.instances,
           "interval_s": load.interval, "load": round(os.getloadavg()[0], 2), **label}
    try:
        row.update(watch(workshop, target, checker, load))
        row["invalid"] = steady.objection(row)
    except (Trouble, OSError) as trouble:
        yield {**row, "invalid": str(trouble)}
        return
    yield row
    journal = workshop.journal
    for what, command in (("html", ["report", journal, "--format", "html"]), ("replay", ["replay", journal, "--format", "json"])):
        made = {**row_of(row), "what": what}
        try:
            made.update(command_row(workshop, what, command))
        except Trouble as trouble:
            made["invalid"] = str(trouble)
        yield made


def row_of(row):
    return {key: row[key] for key in ("table", "checker", "scheme", "instances", "interval_s", "round")}


def watch(workshop, target, checker, load):
    """The steady state once all have been checked and two intervals have passed, then the end."""
    command = checker.command(workshop, load)
    target.ask("clear")
    with Metered(workshop, command, output=workshop.path("output"), errors=workshop.path("errors")) as process:
        steady.warm_up(target, load)
        target.ask("mark")
        begun, cpu = time.monotonic(), process.cpu_us()
        time.sleep(load.intervals * load.interval)
        took, cpu = time.monotonic() - begun, process.cpu_us() - cpu
        seen = target.ask("report")
        row = {"window_s": round(took, 3), "requests": seen["requests"], "gap_ms": seen["gap_ms"], "most_in_10_ms": seen["most_in_10_ms"],
               "expected": round(load.instances * took / load.interval, 1),
               "cpu_us_per_check": round(cpu / max(seen["requests"], 1), 3), "peak_kb": process.peak_kb()}
        result = process.result(4 * load.interval + 120)
    if result["status"] != 0:
        raise Trouble(f"it ended with status {result['status']}: {last_line(workshop.path('errors'))}")
    row.update(checker.account(workshop, load))
    first, decided = first_and_decided(workshop.journal)
    # Both clocks begin with the first request, as far as the first connection's time.
    decision = seen["first_request_ns"] + (decided - first) * 1e9
    row.update({"whole_peak_kb": result["peak_kb"], "verdict_bytes": result["bytes"],
                "journal_bytes": os.path.getsize(workshop.journal),
                "verdict_ms": round((result["last_byte_ns"] - decision) / 1e6, 1)})
    return row


def first_and_decided(path):
    """When the first check began, and when the verdict was decided, in seconds since the start."""
    first = decided = None
    with open(path, encoding="utf-8") as file:
        for line in file:
            if first is None and '"event":"check"' in line:
                first = json.loads(line)["started"]
            elif '"event":"decided"' in line:
                decided = json.loads(line)["t"]
    if first is None or decided is None:
        raise Trouble("the journal has no check, or no verdict")
    return first, decided


def command_row(workshop, what, command):
    errors = workshop.path("errors")
    with Metered(workshop, [workshop.program, *command], output=workshop.path(f"growth-{what}"), errors=errors) as process:
        result = process.result(600)
    if result["status"] != 0:
        raise Trouble(f"status {result['status']}: {last_line(errors)}")
    return {"seconds": round((result["ended_ns"] - result["begun_ns"]) / 1e9, 3), "cpu_s": round(result["cpu_us"] / 1e6, 3),
            "peak_kb": result["peak_kb"], "bytes": result["bytes"], "invalid": None}
