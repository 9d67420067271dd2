"""Each goal beside its figure."""

import statistics


def goals(rows, Figures):
    """Rows of goal, figure, and whether it is met; a dash where it was not measured."""
    steady, verdict, startup = Figures(rows, "steady"), Figures(rows, "verdict"), Figures(rows, "startup")
    after = Figures(rows, "after")
    cells = []

    def add(goal, figure, most, form=".2f"):
        shown = "–" if figure is None else format(figure, form)
        cells.append([goal, shown, "not measured" if figure is None else "met" if figure <= most else "missed"])

    def cpu(checker, scheme, instances):
        return steady.median("cpu_us_per_check", checker=checker, scheme=scheme, instances=instances)

    def times(checker, other, scheme, instances):
        ours, theirs = cpu(checker, scheme, instances), cpu(other, scheme, instances)
        return ours / theirs if ours and theirs else None

    add("CPU a check, 10,000, http: ≤ 1.5 × HAProxy's", times("healthgate", "haproxy", "http", 10_000), 1.5)
    add("the same with a later libcurl: ≤ 1.25 × HAProxy's (aim)", times("healthgate-newer", "haproxy", "http", 10_000), 1.25)
    add("CPU a check, 1,000, http: under 1.35 × HAProxy's (aim)", times("healthgate", "haproxy", "http", 1_000), 1.35)
    add("CPU a check, 1,000, https, no session reuse: ≤ 1.4 × HAProxy's", times("healthgate", "haproxy", "https", 1_000), 1.4)
    ours, theirs = cpu("healthgate", "http", 50_000), cpu("healthgate", "http", 1_000)
    add("CPU a check at 50,000: no more than at 1,000 (ratio ≤ 1)", ours / theirs if ours and theirs else None, 1)
    add("memory a target, 10,000: ≤ 4 KiB", memory(steady, "peak_kb"), 4, ".1f")
    add("the same, the verdict's text included", memory(steady, "whole_peak_kb"), 4, ".1f")
    add("spacing at the server, 10,000: sd ≤ 1 ms", ours_at(steady, "gap_ms.sd", 10_000), 1)
    off = ours_at(steady, "gap_ms.p99", 10_000)
    add("spacing at the server, 10,000: p99 within 2 ms", None if off is None else abs(off - 1000), 2)
    even = {"checker": "healthgate-even", "scheme": "http", "instances": 10_000}
    off = steady.median("gap_ms.p99", **even)
    add("the same with `--spread-checks`, once spread", None if off is None else abs(off - 1000), 2)
    most = steady.median("most_in_10_ms", **even)
    add("requests in 10 ms with it, 10,000: ≤ 2 × an even 100", most, 200, ".0f")
    failures = [row["failures"] for row in rows if str(row.get("checker")).startswith("healthgate") and "failures" in row]
    add("false failures: 0", sum(failures) if failures else None, 0, "d")
    add("verdict, 1,000: within 20 ms of the least", ours_at(verdict, "verdict_over_ms", 1_000), 20, ".1f")
    add("verdict, 10,000: within 250 ms of the least", ours_at(verdict, "verdict_over_ms", 10_000), 250, ".1f")
    for instances, most in ((1_000, 5), (10_000, 20)):
        took = verdict.of("verdict_after_answer_ms", checker="healthgate", instances=instances)
        add(f"verdict within {most} ms of the last answer needed, {instances:,} (median of {len(took)})",
            statistics.median(took) if took else None, most)
    for what, most in (("replay", 1), ("report", 3), ("verify", 1)):
        seconds = after.median("seconds", what=what, checks=1_000_000)
        add(f"`{what}` of 1,000,000 checks: ≤ {most} s", seconds, most)
    for what in ("replay", "report", "verify", "compare"):
        peaks = [after.median("peak_kb", what=what, checks=checks) for checks in (1_000_000, 460_000)]
        add(f"memory of `{what}`, of 2.2 times as many checks: no more (ratio ≤ 1.1)", peaks[0] / peaks[1] if all(peaks) else None, 1.1)
    add("`merge` of 1,000 verdicts: ≤ 1 s", after.median("seconds", what="merge", verdicts=1_000), 1)
    add("latency in the first round, 10,000: p50 ≤ 0.5 ms", ours_at(steady, "first_latency_ms.p50", 10_000), 0.5)
    for what, most, words in (("version", 1.2, "`--version`"), ("first packet", 1.5, "exec to the first packet")):
        medians = [statistics.median([value for block in blocks for value in block]) if blocks else None
                   for blocks in (startup.of("ms", what=what, checker=name) for name in ("healthgate", "curl"))]
        add(f"{words}: ≤ {most} × curl's", medians[0] / medians[1] if all(medians) else None, most)
    return cells


def ours_at(figures, key, instances):
    # The verdict's rows and the exactness are of plain HTTP.
    return figures.median(key, checker="healthgate", scheme="http", instances=instances)


def memory(steady, key):
    many, one = (ours_at(steady, key, instances) for instances in (10_000, 1))
    return (many - one) / 9_999 if many and one else None
