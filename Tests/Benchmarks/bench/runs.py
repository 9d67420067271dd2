"""What is measured in which order: in turn, so that what else the machine does falls on all."""

import time

from bench import after, growth, single, startup, steady, verdicts
from bench.checkers import CURL_LOOP, ENVOY, EVEN_FLOOR, EVEN_GATE, FLOOR, GATE, HAPROXY, NEWER_GATE, NEWER_LOOP, Load
from bench.processes import Target
from bench.workshop import say

SCHEMES = ("http", "https", "https-resumed")
# Seconds; the rest have one. Ten thousand checks a second are what one thread does with ease; of handshakes, a server
# and a checker on two processors do well under a thousand before HAProxy's checks begin to bunch.
INTERVALS = {("http", 50_000): 5, ("https", 1_000): 5, ("https", 10_000): 15, ("https-resumed", 1_000): 5}
# Above this only the gate and the floor are measured.
MOST_FOR_ALL = 10_000

def measure(workshop, given, keep):
    keep(workshop.machine())
    schemes = [scheme for scheme in given.schemes if scheme == "http" or workshop.has_tls]
    for scheme in schemes:
        if "steady" in given.only or "single" in given.only:
            # It ends by itself should this program be killed and its standard input stay open.
            with Target(workshop, scheme, 7200) as target:
                if "steady" in given.only:
                    all_steady(workshop, target, scheme, given, keep)
                if "single" in given.only:
                    all_single(workshop, target, scheme, given, keep)
    if "verdict" in given.only and "http" in given.schemes:
        with Target(workshop, "http", 7200) as target:
            for instances in given.sizes:
                for run in range(given.runs):
                    load = Load("http", instances, interval_of("http", instances, given), 2, target.port)
                    for row in verdicts.measure(workshop, target, load, {"run": run + 1}):
                        keep(row)
                        time.sleep(0.2)
    if "after" in given.only:
        with Target(workshop, "http", 7200) as target:
            for round_number in range(given.rounds):
                for row in after.measure(workshop, target, given, {"round": round_number + 1}):
                    keep(row)
    if "growth" in given.only and "http" in given.schemes:
        instances, interval, seconds = (20, 0.2, 1) if given.quick else (100_000, 10, 290)
        with Target(workshop, "http", 7200) as target:
            for checker in (GATE, EVEN_GATE):
                load = Load("http", instances, interval, round(seconds / interval), target.port, checker.settling)
                for row in growth.measure(workshop, target, checker, load, {"round": 1}):
                    keep(row)
    if "startup" in given.only:
        for row in startup.measure(workshop, 3 if given.quick else 60):
            keep(row)

def interval_of(scheme, instances, given):
    """In seconds; the sizes for which an interval is known count as at least so many."""
    if given.interval:
        return given.interval
    return max((INTERVALS[known] for known in INTERVALS if known[0] == scheme and known[1] <= instances), default=1)

def all_steady(workshop, target, scheme, given, keep):
    # One instance: what a checker takes before it has a group.
    for checker in [] if given.quick else checkers(workshop, scheme, 1):
        keep(steady.measure(workshop, target, checker, Load(scheme, 1, 1, 2, target.port), {"round": 0}))
    for round_number in range(given.rounds):
        for instances in sizes(scheme, given):
            interval = interval_of(scheme, instances, given)
            intervals = max(round(given.window / interval), 1 if interval > 5 else 2)
            for checker in checkers(workshop, scheme, instances):
                load = Load(scheme, instances, interval, intervals, target.port, getattr(checker, "settling", 1.5))
                keep(steady.measure(workshop, target, checker, load, {"round": round_number + 1}))
                # Its connections are closed, its pages returned.
                time.sleep(0.1 if given.quick else 0.5)

def sizes(scheme, given):
    if scheme == "http":
        return given.sizes
    return [size for size in given.sizes if size <= (MOST_FOR_ALL if scheme == "https" else 1_000)]

def checkers(workshop, scheme, instances):
    chosen = {"http": [FLOOR, EVEN_FLOOR], "https": [FLOOR], "https-resumed": []}[scheme]
    if instances <= MOST_FOR_ALL:
        chosen += [HAPROXY] if workshop.haproxy else []
        chosen += [ENVOY] if workshop.envoy and scheme == "http" else []
        chosen += [CURL_LOOP] * (scheme != "https-resumed")
    elif scheme == "http":
        chosen = [FLOOR]
    chosen += [GATE] + [EVEN_GATE] * (scheme == "http" and instances > 1)
    return chosen + [NEWER_LOOP, NEWER_GATE] * (scheme == "http" and instances <= MOST_FOR_ALL and bool(workshop.newer_libcurl))

def all_single(workshop, target, scheme, given, keep):
    if scheme == "https-resumed":
        return
    load = Load(scheme, 20 if given.quick else 100, 1, 1, target.port)
    for round_number in range(given.rounds):
        label = {"round": round_number + 1}
        if workshop.curl:
            keep(single.curl_processes(workshop, target, load, 20 if given.quick else 100, label))
        else:
            say("SKIPPED: curl is not installed")
        if workshop.blackbox:
            keep(single.blackbox_exporter(workshop, target, load, 50 if given.quick else 1000, label))
