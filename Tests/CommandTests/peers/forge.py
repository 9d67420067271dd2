#!/usr/bin/env python3
"""Makes documents that mean to pass for what they are not: a verdict or a journal in, another one out.

usage: forge.py HOW FILE [ARGUMENT…]        to standard output

  of a verdict:
    doubled          decision, exit_code and reason a second time, as a promotion
    escaped          the same, with letters of the second names escaped
    utf16, marked    in UTF-16; behind a byte order mark
    status N         with another exit_code
    dated YEAR       begun and decided in that year
    counted N        with that many instances present
  of a journal:
    cut EVENT        without its first such event and all after it
    chosen KEY VALUE as if that setting had been given by a flag
    invented N       with N passing checks of each instance more, an interval apart
    without EVENT    without its last such event, the numbers made right
    swapped          two checks in the place of each other, the numbers made right
    rules N          under other rules; `none`: without any
    doubled          the last line's event a second time
"""
import json
import sys


def numbered(events):
    for number, event in enumerate(events):
        event["seq"] = number
    return events


def of_verdict(how, text, arguments):
    verdict = json.loads(text)
    again = ',"decision":"promote","exit_code":0,"reason":{"code":"group_healthy","message":"all is well"}}\n'
    if how == "doubled":
        return text.rstrip()[:-1] + again
    if how == "escaped":
        return text.rstrip()[:-1] + again.replace("decision", "\\u0064ecision").replace("exit_c", "exit\\u005fc")
    if how == "utf16":
        return text.encode("utf-16")
    if how == "marked":
        return "\ufeff" + text
    if how == "status":
        verdict["exit_code"] = int(arguments[0])
    elif how == "dated":
        for field in ("started_at", "decided_at"):
            verdict[field] = arguments[0] + verdict[field][4:]
    elif how == "counted":
        verdict["group"]["present"] = int(arguments[0])
    else:
        raise SystemExit(__doc__)
    return json.dumps(verdict, indent=2) + "\n"


def of_journal(how, events, arguments):
    header = events[0]
    if how == "cut":
        at = next(i for i, event in enumerate(events) if event["event"] == arguments[0])
        events = events[:at]
    elif how == "chosen":
        header["settings"][arguments[0]] = {"value": arguments[1], "origin": "--" + arguments[0], "layer": "flag"}
    elif how == "invented":
        interval = header["health_check"]["interval_seconds"]
        ids = [event["id"] for event in events if event["event"] == "instance_added"]
        for _ in range(int(arguments[0])):
            time = events[-1]["t"] + interval
            events += [
                {"seq": 0, "t": time, "event": "check", "id": one, "started": time, "ok": True, "kind": None, "status": 200,
                 "detail": None, "latency_ms": 1}
                for one in ids
            ]
    elif how == "without":
        events.pop(max(i for i, event in enumerate(events) if event["event"] == arguments[0]))
    elif how == "swapped":
        one, two = [i for i, event in enumerate(events) if event["event"] == "check"][:2]
        for field in set(events[one]) - {"seq", "t", "started"}:
            events[one][field], events[two][field] = events[two][field], events[one][field]
    elif how == "rules":
        del header["rules"]
        if arguments[0] != "none":
            header["rules"] = int(arguments[0])
    elif how == "doubled":
        last = json.dumps(events[-1])
        lines = [json.dumps(event) for event in events[:-1]]
        return "\n".join([*lines, last[:-1] + f', "event": "{events[-1]["event"]}"' + "}"]) + "\n"
    else:
        raise SystemExit(__doc__)
    return "".join(json.dumps(event, separators=(",", ":")) + "\n" for event in numbered(events))


how, path, *arguments = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    text = file.read()
try:
    events = [json.loads(line) for line in text.splitlines()]
    is_journal = events[0].get("event") == "run_started"
except (ValueError, AttributeError, IndexError):
    is_journal = False
made = of_journal(how, events, arguments) if is_journal else of_verdict(how, text, arguments)
sys.stdout.buffer.write(made if isinstance(made, bytes) else made.encode("utf-8"))
