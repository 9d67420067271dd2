"""The command line: what is measured, how often, and in what form it is printed."""

import argparse
import json
import os
import signal
import sys

from bench import runs, tables
from bench.workshop import Missing, Workshop

KINDS = ("steady", "verdict", "startup", "single", "after", "growth")


def arguments():
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
    parser = argparse.ArgumentParser(
        prog="Tests/Benchmarks/run", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures healthgate beside its peers, in turn, on loopback; ends by itself.",
        epilog="HEALTHGATE is the program (default: .build/release/healthgate). A peer that is not installed (haproxy,\n"
               "envoy, prometheus-blackbox-exporter, openssl) is left out, and standard error says so.\n"
               "Status: 0, or 1 when a figure of healthgate's has no valid row, or checks of its failed.")
    add = parser.add_argument
    add("--quick", action="store_true", help="a smoke test of some seconds with 20 instances: its figures mean nothing")
    add("--rounds", type=int, metavar="N", help="how often each row is measured (3)")
    add("--runs", type=int, metavar="N", help="how often the time of the verdict is measured (10)")
    add("--window", type=float, metavar="S", help="seconds over which the steady state is measured, at least (6)")
    add("--interval", type=float, metavar="S", help="of all checks (1 s; 5 s and more where one processor could not follow)")
    add("--sizes", metavar="N,N", help="how many instances (100,1000,10000,50000)")
    add("--schemes", metavar="S,S", help="http,https,https-resumed (all)")
    add("--only", metavar="KIND,KIND", help=f"of {', '.join(KINDS)} (all)")
    add("--markdown", action="store_true", help="print the tables as Markdown, for docs/development/performance.md")
    add("--into", metavar="FILE", help="put the tables as Markdown between this file's two marks")
    add("--rows", metavar="FILE", help="also write each row to this file, a JSON object a line")
    add("--render", metavar="FILE", help="measure nothing: print the tables of such a file")
    given = parser.parse_args()
    given.rounds = given.rounds or (1 if given.quick else 3)
    given.runs = given.runs or (2 if given.quick else 10)
    given.checks, given.verdicts = (2_000, 20) if given.quick else (1_000_000, 1_000)
    given.interval = given.interval or (0.2 if given.quick else None)
    given.window = given.window or (0.4 if given.quick else 6)
    try:
        sizes = given.sizes or ("20" if given.quick else "100,1000,10000,50000")
        given.sizes = [int(size) for size in sizes.split(",")]
    except ValueError:
        parser.error(f"--sizes takes numbers with commas between them, not {given.sizes!r}")
    given.schemes = subset(parser, "--schemes", given.schemes, runs.SCHEMES)
    given.only = subset(parser, "--only", given.only, KINDS)
    if min(given.sizes) < 1 or max(given.sizes) > 100_000:
        parser.error("--sizes takes numbers from 1 to 100000")
    if min(given.rounds, given.runs, given.window, given.interval or 1) <= 0:
        parser.error("--rounds, --runs, --window and --interval are above 0")
    given.program = os.path.abspath(os.environ.get("HEALTHGATE") or os.path.join(root, ".build/release/healthgate"))
    return given


def subset(parser, option, given, known):
    chosen = given.split(",") if given else list(known)
    for name in chosen:
        if name not in known:
            parser.error(f"{option} does not know {name!r}: there are {', '.join(known)}")
    return chosen


def main():
    given = arguments()
    if given.render:
        with open(given.render, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        return show(rows, given)
    # An interrupted run, too, takes down what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    rows = []
    file = open(given.rows, "w", encoding="utf-8") if given.rows else None

    def keep(row):
        rows.append(row)
        print(tables.line(row), file=sys.stderr, flush=True)
        if file:
            print(json.dumps(row), file=file, flush=True)

    try:
        with Workshop(given.program) as workshop:
            runs.measure(workshop, given, keep)
    except Missing as missing:
        print(f"Tests/Benchmarks/run: {missing}", file=sys.stderr)
        return 69
    except KeyboardInterrupt:
        return 130
    return show(rows, given)


def show(rows, given):
    """Prints the tables, or puts them where the file wants them."""
    if not given.into:
        print(tables.text(rows, given.markdown))
        return tables.status(rows)
    begin, end = "<!-- benchmark:begin -->\n", "<!-- benchmark:end -->\n"
    with open(given.into, encoding="utf-8") as file:
        page = file.read()
    if page.count(begin) != 1 or page.count(end) != 1:
        print(f"Tests/Benchmarks/run: {given.into} does not have the marks {begin.strip()} and {end.strip()}", file=sys.stderr)
        return 65
    before, after = page.split(begin)[0], page.split(end)[1]
    with open(given.into, "w", encoding="utf-8") as file:
        file.write(before + begin + "\n" + tables.text(rows, markdown=True) + "\n" + end + after)
    return tables.status(rows)


sys.exit(main())
