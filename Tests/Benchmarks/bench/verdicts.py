"""How soon the verdict is on standard output, by the clock that all processes share."""

import os

from bench.checkers import CURL_LOOP, FLOOR, GATE
from bench.processes import Metered, Trouble

# The target notes when it has sent so many answers for each instance.
THRESHOLD = 2


def measure(workshop, target, load, label):
    """A row for the gate and for the two loops, which make as many rounds as the verdict needs and judge nothing."""
    for checker in (GATE, FLOOR, CURL_LOOP) if load.instances <= 10_000 else (GATE, FLOOR):
        row = {"table": "verdict", "checker": checker.name, "scheme": load.scheme, "instances": load.instances,
               "interval_s": load.interval, "load": round(os.getloadavg()[0], 2), **label}
        try:
            row.update(watch(workshop, target, checker, load))
            row["invalid"] = None
        except (Trouble, OSError) as trouble:
            row["invalid"] = str(trouble)
        yield row


def watch(workshop, target, checker, load):
    command = checker.command(workshop, load, 0 if checker is GATE else THRESHOLD)
    target.ask("clear")
    with Metered(workshop, command, output=workshop.path("output"), errors=workshop.path("errors")) as process:
        result = process.result(10 * load.interval + 60)
    seen = target.ask("report")
    # Where the second round takes longer than an interval, the gate has begun the third by then.
    if not THRESHOLD * load.instances <= seen["requests"] <= (THRESHOLD + (checker is GATE)) * load.instances:
        raise Trouble(f"{seen['requests']} requests, not {THRESHOLD * load.instances}")
    account = checker.account(workshop, load)
    if account["failures"]:
        raise Trouble(f"{account['failures']} failed checks")
    least = seen["first_request_ns"] + (THRESHOLD - 1) * load.interval * 1e9
    row = {"first_request_ms": ms(seen["first_request_ns"] - result["begun_ns"]),
           # From the least that the threshold asks for to the last answer: what the rounds themselves took.
           "answers_over_ms": ms(seen["last_second_ns"] - least),
           "latency_ms": account.get("first_latency_ms", account["latency_ms"])}
    if checker is GATE:
        row.update({"verdict_over_ms": ms(result["last_byte_ns"] - least),
                    "first_byte_after_answer_ms": ms(result["first_byte_ns"] - seen["last_second_ns"]),
                    "verdict_after_answer_ms": ms(result["last_byte_ns"] - seen["last_second_ns"]),
                    "verdict_bytes": result["bytes"], "exit_after_verdict_ms": ms(result["ended_ns"] - result["last_byte_ns"])})
    return row


def ms(nanoseconds):
    return round(nanoseconds / 1e6, 3)
