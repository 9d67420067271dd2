"""What people and pipelines wait for after a run: its journal read again, and the verdicts of many runs made one."""

import json
import os

from bench.checkers import GATE, Load, last_line
from bench.processes import Metered, Trouble

INSTANCES = 1_000
# Of 460 checks of an instance a page has as many as of 1,000: 280, since it thins them out whenever there are 360.
FEWER = 46


def measure(workshop, target, given, label):
    """A row for each command, on a journal of so many checks and on one of fewer: what is kept of an instance is kept of both."""
    instances = 20 if given.quick else INSTANCES
    try:
        recorded = Recorded(workshop, Load("http", instances, 1, 1, target.port))
    except (Trouble, OSError) as trouble:
        yield {"table": "after", "checker": "healthgate", "what": "a run to read again", "invalid": str(trouble), **label}
        return
    for checks in (given.checks * FEWER // 100, given.checks):
        recorded.write_journal(checks)
        for what, command, status in commands(workshop):
            yield row(workshop, what, command, status, {"checks": checks, **label})
    verdicts = recorded.write_verdicts(given.verdicts)
    yield row(workshop, "merge", [workshop.program, "merge", *verdicts], (0,), {"verdicts": len(verdicts), **label})


def commands(workshop):
    """Each with the statuses that it may end with; `verify` is asked about the verdict that `replay` printed."""
    program, journal, verdict = workshop.program, workshop.path("long.ndjson"), workshop.path("after-replay")
    return (
        ("replay", [program, "replay", journal, "--format", "json"], (0,)),
        ("report", [program, "report", journal, "--format", "html"], (0,)),
        ("verify", [program, "verify", verdict, "--journal", journal], (0,)),
        # Of the values none decides before the end: each is folded through the whole journal.
        ("compare", [program, "replay", journal, "--compare", "--unhealthy-threshold", "2..4"], (0,)),
    )


def row(workshop, what, command, statuses, label):
    made = {"table": "after", "checker": "healthgate", "what": what, **label}
    errors = workshop.path("errors")
    try:
        with Metered(workshop, command, output=workshop.path(f"after-{what}"), errors=errors) as process:
            result = process.result(120)
        if result["status"] not in statuses:
            raise Trouble(f"status {result['status']}: {last_line(errors)}")
    except Trouble as trouble:
        return {**made, "invalid": str(trouble)}
    return {**made, "seconds": round((result["ended_ns"] - result["begun_ns"]) / 1e9, 4), "cpu_s": round(result["cpu_us"] / 1e6, 4),
            "peak_kb": result["peak_kb"], "bytes": result["bytes"], "invalid": None}


class Recorded:
    """A run of two rounds, from which longer ones are made: its first round, again and again."""

    def __init__(self, workshop, load):
        self.workshop, self.interval = workshop, load.interval
        command = GATE.command(workshop, load, 0)
        with Metered(workshop, command, output=workshop.path("output"), errors=workshop.path("errors")) as process:
            process.result(60)
        GATE.account(workshop, load)
        with open(workshop.journal, encoding="utf-8") as file:
            events = [json.loads(line) for line in file]
        # However many rounds there are, the last is not still to come.
        self.header = {**events[0], "started_at": "2026-01-01T00:00:00.000Z"}
        self.added = [event for event in events if event["event"] == "instance_added"]
        checks, seen = [event for event in events if event["event"] == "check"], set()
        self.round = [check for check in checks if not (check["id"] in seen or seen.add(check["id"]))]
        with open(workshop.path("output"), encoding="utf-8") as file:
            self.verdict = json.load(file)

    def write_journal(self, checks):
        """One whose group soaks until the last round begins."""
        rounds = checks // len(self.round)
        # A round in a burst of a busy machine may be longer than an interval.
        interval = max(self.interval, int(self.round[-1]["t"]) + 1)
        self.header["health_check"]["interval_seconds"] = interval
        self.header["policy"].update(soak_seconds=(rounds - 2.5) * interval, deadline_seconds=(rounds + 10) * interval)
        with open(self.workshop.path("long.ndjson"), "w", encoding="utf-8") as file:
            for number, event in enumerate([self.header, *self.added]):
                file.write(line({**event, "seq": number, "t": 0}))
            number = 1 + len(self.added)
            for turn in range(rounds):
                for check in self.round:
                    check.update(seq=number)
                    moved = {**check, "t": moment(check["t"], turn * interval), "started": moment(check["started"], turn * interval)}
                    file.write(line(moved))
                    number += 1

    def write_verdicts(self, count):
        """Those of so many runs, of ten instances each."""
        self.verdict["instances"] = self.verdict["instances"][:10]
        os.makedirs(self.workshop.path("verdicts"), exist_ok=True)
        paths = [self.workshop.path(f"verdicts/{number}.json") for number in range(count)]
        for number, path in enumerate(paths):
            self.verdict["run_id"] = f"{self.verdict['run_id'][:24]}{number:012x}"
            with open(path, "w", encoding="utf-8") as file:
                json.dump(self.verdict, file, indent=2)
        return paths


def moment(seconds, later):
    """To the microsecond, and a whole number without a fraction, as the gate writes it."""
    moved = round(seconds + later, 6)
    return int(moved) if moved == int(moved) else moved


def line(event):
    return json.dumps(event, separators=(",", ":")) + "\n"
