"""Prints the cases of comparison.json: SciPy's numbers for the tests that compare two groups.

usage: scipy_cases.py >comparison.json        (a Python with scipy)

The values come from a generator of its own, so that every version of NumPy makes the same ones.
"""

import json
import math
import sys

from scipy import stats

state = 20_260_505


def draw(least, greatest):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return least + (state >> 33) % (greatest - least + 1)


def fisher():
    tables = [(0, 20, 0, 20), (5, 20, 0, 20), (4, 20, 0, 20), (20, 20, 0, 20), (0, 20, 9, 20), (3, 10, 1, 1000)]
    tables += [(1, 1, 0, 1), (50, 100000, 20, 100000), (400, 2000, 300, 2000), (7, 7, 7, 7), (0, 5, 5, 5)]
    for _ in range(60):
        checks, others = draw(1, 400), draw(1, 400)
        tables.append((draw(0, checks), checks, draw(0, others), others))
    for failures, checks, other_failures, others in tables:
        table = [[failures, checks - failures], [other_failures, others - other_failures]]
        p_value = stats.fisher_exact(table, alternative="greater").pvalue
        yield {"table": [failures, checks, other_failures, others], "p_value": float(p_value)}


def pairs():
    for new, old, span, shift in [
        (20, 20, 10**6, 0), (20, 20, 10**6, 2 * 10**5), (5, 5, 10**6, 0), (2, 3, 10**6, 0), (8, 50, 10**6, 10**5),
        (20, 20, 12, 0), (20, 20, 12, 5), (30, 40, 10**6, 0), (30, 40, 10**6, 10**5), (60, 45, 25, 3),
        (100, 100, 5000, 400), (120, 80, 3, 1), (30, 30, 0, 0), (40, 40, 0, 7), (200, 150, 10**6, -10**5),
    ]:
        yield [draw(1000, 1000 + span) + max(shift, 0) for _ in range(new)], [
            draw(1000, 1000 + span) - min(shift, 0) for _ in range(old)
        ]


def ranks():
    for new, old in pairs():
        ties = len(set(new + old)) < len(new) + len(old)
        exact = not ties and len(new) * len(old) <= 400
        if len(set(new + old)) == 1:
            u_value, p_value = len(new) * len(old) / 2, 1.0
        else:
            method = "exact" if exact else "asymptotic"
            result = stats.mannwhitneyu(new, old, alternative="greater", method=method)
            u_value, p_value = float(result.statistic), float(result.pvalue)
        differences = sorted(a - b for a in new for b in old)
        place = bounding_place(new, old, exact)
        interval = [differences[place - 1], differences[-place]] if place >= 1 else None
        middle = (differences[(len(differences) - 1) // 2] + differences[len(differences) // 2]) / 2
        yield {"new": new, "old": old, "u": u_value, "p_value": p_value, "shift": middle, "interval": interval}


def bounding_place(new, old, exact):
    """Of the interval of the Hodges-Lehmann shift, at 95 %."""
    count = len(new) * len(old)
    if not exact:
        deviation = math.sqrt(count * (len(new) + len(old) + 1) / 12)
        return max(math.floor(count / 2 - stats.norm.isf(0.025) * deviation), 0)
    # U of any data without ties has the same distribution: of these it is 0, and then counted up.
    for u_value in range(count + 1):
        if probability_up_to(u_value, len(new), len(old)) > 0.025:
            return u_value
    return 0


def probability_up_to(u_value, new, old):
    """P(U <= u), by the exact p-value of data that have this U."""
    first, left = [], u_value
    for index in range(new):
        above = min(old, left)
        left -= above
        first.append(above + (new - index) / (new + 1))
    return float(stats.mannwhitneyu(first, [i + 0.999 for i in range(old)], alternative="less", method="exact").pvalue)


def tails():
    for z in [0, 0.1, 0.5, 1, 1.6448536269514722, 1.959963984540054, 2.5, 2.999, 3, 3.5, 5, 8, 20, -0.7, -2, -4]:
        yield {"z": z, "tail": float(stats.norm.sf(z))}


json.dump({"fisher": list(fisher()), "ranks": list(ranks()), "tails": list(tails())}, sys.stdout, separators=(",", ":"))
print()
