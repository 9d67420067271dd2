"""The rows made into tables: medians of the valid ones with their least and most, and ratios."""

import statistics
import sys

from bench.goals import goals

# By which a row is named, as far as it has them.
LABELS = ("scheme", "instances", "interval_s", "what", "checks", "verdicts", "round", "run")


def line(row):
    """A row as it is measured, in one line for people who wait."""
    if row["table"] == "machine":
        return "# " + machine(row)
    words = [row["table"], row["checker"], *(f"{key}={row[key]}" for key in LABELS if key in row)]
    for key in ("requests", *(["checks"] if row["table"] != "after" else []), "failures", "seconds", "cpu_s", "cpu_us_per_check", "peak_kb", "answers_over_ms", "verdict_over_ms",
                "verdict_after_answer_ms"):
        if key in row:
            words.append(f"{key}={row[key]}")
    for key in ("gap_ms", "late_ms", "latency_ms"):
        if key in row:
            words.append(f"{key}={'/'.join(str(value) for value in row[key].values())}")
    if row.get("ms") and isinstance(row["ms"], list):
        words.append(f"median_ms={statistics.median(row['ms'])}")
    if row["invalid"]:
        words.append(f"INVALID: {row['invalid']}")
    return " ".join(words)


def machine(row):
    versions = ", ".join(f"{name} {version}" for name, version in row["versions"].items())
    return (f"{row['processors']} × {row['processor']}, {row['memory_gib']} GiB, Linux {row['linux']}; load {row['load']} at the "
            f"start; {versions}; program {row['program_bytes'] / 1e6:.1f} MB")


class Figures:
    """The valid rows of one kind, by what they are of."""

    def __init__(self, rows, table):
        self.rows = [row for row in rows if row["table"] == table]

    def of(self, key, **wanted):
        """The values of all valid rows that fit; `a.b` is b of a."""
        outer, _, inner = key.partition(".")
        found = (row[outer] for row in self.rows
                 if not row["invalid"] and outer in row and all(row.get(name) == value for name, value in wanted.items()))
        return [value[inner] if inner else value for value in found]

    def median(self, key, **wanted):
        values = self.of(key, **wanted)
        return statistics.median(values) if values else None

    def labels(self, *names):
        """The combinations that there are, valid or not, in the order in which they came."""
        return list(dict.fromkeys(tuple(row[name] for name in names) for row in self.rows))


def span(values, form):
    """Median (least–most); a dash where nothing is valid."""
    if not values:
        return "–"
    middle = format(statistics.median(values), form)
    return middle if len(values) == 1 else f"{middle} ({format(min(values), form)}–{format(max(values), form)})"


def ratio(value, other):
    return f"{value / other:.2f}" if value is not None and other else "–"


def steady_tables(rows):
    figures = Figures(rows, "steady")
    for scheme in dict.fromkeys(row["scheme"] for row in figures.rows):
        cost, exact = [], []
        for _, instances, interval in (label for label in figures.labels("scheme", "instances", "interval_s") if label[0] == scheme):
            for (checker,) in figures.labels("checker"):
                wanted = {"scheme": scheme, "instances": instances, "checker": checker}
                all_rows = [row for row in figures.rows if all(row[key] == value for key, value in wanted.items())]
                if not all_rows or instances == 1:
                    continue
                name = [f"{instances:,}", f"{interval} s", checker]
                cost.append(name + cost_cells(figures, all_rows, wanted))
                exact.append(name + exactness_cells(figures, wanted))
        if cost:
            yield (f"CPU and memory, {scheme}",
                   ["instances", "interval", "checker", "valid rows", "µs of CPU a check", "× floor", "× HAProxy", "× Envoy", "× bare libcurl",
                    "failed", "peak memory, MB", "KiB a target", "the same with the verdict"], cost)
            yield (f"Exactness, {scheme}",
                   ["instances", "interval", "checker", "spacing at the server, ms: sd", "p1", "p99", "max",
                    "start after due, ms: p50", "p99", "max", "latency, ms: p50", "p99", "first round's p50",
                    "most requests in 10 ms"], exact)


def cost_cells(figures, all_rows, wanted):
    def other(checker):
        return figures.median("cpu_us_per_check", **{**wanted, "checker": checker})

    def per_target(key):
        many, one = figures.median(key, **wanted), figures.median(key, **{**wanted, "instances": 1})
        return f"{(many - one) / (wanted['instances'] - 1):.1f}" if many and one else "–"

    cpu = figures.median("cpu_us_per_check", **wanted)
    peak = figures.median("peak_kb", **wanted)
    valid = sum(not row["invalid"] for row in all_rows)
    return [f"{valid} of {len(all_rows)}", span(figures.of("cpu_us_per_check", **wanted), ".1f"), ratio(cpu, other("floor")),
            ratio(cpu, other("haproxy")), ratio(cpu, other("envoy")), ratio(cpu, other("curl-loop")),
            str(sum(row.get("failures", 0) for row in all_rows)),
            f"{peak / 1024:.0f}" if peak else "–", per_target("peak_kb"),
            per_target("whole_peak_kb") if wanted["checker"] == "healthgate" else "–"]


def exactness_cells(figures, wanted):
    keys = ("gap_ms.sd", "gap_ms.p1", "gap_ms.p99", "gap_ms.max", "late_ms.p50", "late_ms.p99", "late_ms.max", "latency_ms.p50",
            "latency_ms.p99", "first_latency_ms.p50")
    medians = (figures.median(key, **wanted) for key in keys)
    most = figures.median("most_in_10_ms", **wanted)
    return ["–" if value is None else f"{value:.2f}" for value in medians] + ["–" if most is None else f"{most:.0f}"]


def verdict_table(rows):
    figures = Figures(rows, "verdict")
    cells = []
    for instances, interval, checker in figures.labels("instances", "interval_s", "checker"):
        wanted = {"instances": instances, "checker": checker}
        keys = (("answers_over_ms", ".1f"), ("verdict_over_ms", ".1f"), ("verdict_after_answer_ms", ".2f"),
                ("first_byte_after_answer_ms", ".2f"), ("latency_ms.p50", ".2f"))
        cells.append([f"{instances:,}", f"{interval} s", checker, str(len(figures.of("answers_over_ms", **wanted)))]
                     + [span(figures.of(key, **wanted), form) for key, form in keys])
    if cells:
        yield ("The verdict: ms after (threshold − 1) × interval",
               ["instances", "interval", "checker", "valid runs", "last answer needed", "verdict's last byte",
                "verdict's last byte after that answer", "its first byte", "latency, ms: first round's p50"], cells)


def startup_table(rows):
    figures = Figures(rows, "startup")
    cells = []
    for what, checker in figures.labels("what", "checker"):
        values = sorted(value for block in figures.of("ms", what=what, checker=checker) for value in block)
        curl = [value for block in figures.of("ms", what=what, checker="curl") for value in block]
        if not values:
            cells.append([what, checker, "0", "–", "–", "–", "–", "–"])
            continue
        middle, peak = statistics.median(values), max(figures.of("peak_kb", what=what, checker=checker))
        cells.append([what, checker, str(len(values)), f"{middle:.2f}", f"{values[len(values) // 10]:.2f}",
                      f"{values[len(values) * 9 // 10]:.2f}", ratio(middle, statistics.median(curl) if curl else None),
                      f"{peak / 1024:.1f}"])
    if cells:
        yield ("Start-up, from exec",
               ["until", "program", "runs", "median, ms", "p10", "p90", "× curl", "peak memory, MB"], cells)


def after_table(rows):
    figures = Figures(rows, "after")
    cells = []
    for what in dict.fromkeys(row["what"] for row in figures.rows):
        for of in dict.fromkeys((row.get("checks"), row.get("verdicts")) for row in figures.rows if row["what"] == what):
            wanted = {"what": what, "checks": of[0], "verdicts": of[1]}
            seconds = figures.of("seconds", **wanted)
            rate = f"{of[0] / statistics.median(seconds) / 1e6:.2f}" if of[0] and seconds else "–"
            peak = figures.median("peak_kb", **wanted)
            cells.append([what, f"{of[0]:,} checks" if of[0] else f"{of[1]:,} verdicts", str(len(seconds)), span(seconds, ".2f"), rate,
                          span(figures.of("cpu_s", **wanted), ".2f"), f"{peak / 1024:.0f}" if peak else "–"])
    if cells:
        yield ("After a run",
               ["command", "of", "valid runs", "seconds", "million checks a second", "seconds of CPU", "peak memory, MB"], cells)


def growth_table(rows):
    figures = Figures(rows, "growth")
    cells = []
    for instances, interval, checker in figures.labels("instances", "interval_s", "checker"):
        wanted = {"instances": instances, "checker": checker}
        run = {**wanted, "what": "run"}
        figure = {key: figures.median(key, **run) for key in (
            "requests", "failures", "cpu_us_per_check", "peak_kb", "whole_peak_kb", "late_ms.p50", "late_ms.p99", "late_ms.max", "gap_ms.p99",
            "most_in_10_ms", "journal_bytes", "verdict_bytes", "verdict_ms")}
        forms = {"requests": (1, ",.0f"), "failures": (1, ".0f"), "cpu_us_per_check": (1, ".1f"), "peak_kb": (1024, ".0f"),
                 "whole_peak_kb": (1024, ".0f"), "most_in_10_ms": (1, ".0f"), "journal_bytes": (1e6, ".0f"), "verdict_bytes": (1e6, ".1f"),
                 "verdict_ms": (1000, ".2f")}
        cells.append([f"{instances:,}", f"{interval} s", checker]
                     + ["–" if value is None else format(value / forms.get(key, (1, ""))[0], forms.get(key, (1, ".2f"))[1])
                        for key, value in figure.items()]
                     + ["–" if value is None else f"{value / divisor:{form}}" for value, divisor, form in (
                         (figures.median("seconds", **wanted, what="html"), 1, ".1f"),
                         (figures.median("bytes", **wanted, what="html"), 1000, ".0f"),
                         (figures.median("seconds", **wanted, what="replay"), 1, ".1f"))])
    if cells:
        yield ("Growth",
               ["instances", "interval", "checker", "checks in the window", "failed", "µs of CPU a check", "peak memory, MB", "with the verdict",
                "start after due, ms: p50", "p99", "max", "spacing at the server, ms: p99", "most requests in 10 ms", "journal, MB",
                "verdict, MB", "verdict's last byte, s after its decision", "HTML page, s", "kB", "`replay`, s"], cells)


def single_table(rows):
    figures = Figures(rows, "single")
    cells = [[scheme, checker, span(figures.of("cpu_us_per_check", scheme=scheme, checker=checker), ".0f"),
              f"{(figures.median('peak_kb', scheme=scheme, checker=checker) or 0) / 1024:.0f}"]
             for scheme, checker in figures.labels("scheme", "checker")]
    if cells:
        yield ("By a sample", ["scheme", "checker", "µs of CPU a check", "peak memory, MB"], cells)


def text(rows, markdown):
    """All tables and the goals."""
    parts = [machine(row) for row in rows if row["table"] == "machine"]
    made = [table for make in (steady_tables, verdict_table, after_table, growth_table, startup_table, single_table) for table in make(rows)]
    made.append(("The goals", ["goal", "figure", ""], goals(rows, Figures)))
    for title, head, cells in made:
        parts.append(f"### {title}\n" if markdown else title)
        parts[-1] += "\n" + "\n".join(table_lines([head, *cells], markdown))
    invalid = [f"{'- ' if markdown else '  '}{line(row)}" for row in rows if row.get("invalid")]
    if invalid:
        parts.append("\n".join(["Invalid rows, which are in no figure:\n" if markdown else "Invalid rows, which are in no figure:",
                                *invalid]))
    return "\n\n".join(parts) + "\n"


def table_lines(lines, markdown):
    if markdown:
        marked = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
        return ["| " + " | ".join(cells) + " |" for cells in marked]
    widths = [max(len(cells[column]) for cells in lines) for column in range(len(lines[0]))]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip() for cells in lines]


def status(rows):
    """1 when something of healthgate's was never measured validly, or its checks failed."""
    ours = [row for row in rows if str(row.get("checker")).startswith("healthgate")]
    cells = {}
    for row in ours:
        cells.setdefault(tuple(row[name] for name in ("table", "checker", *LABELS[:4]) if name in row), []).append(row)
    bad = [cell for cell, of_cell in cells.items() if all(row["invalid"] for row in of_cell)]
    for cell in bad:
        print("no valid row: " + " ".join(map(str, cell)), file=sys.stderr)
    return 1 if bad or any(row.get("failures") for row in ours) else 0
