"""How long it takes from exec to the end of `--version`, and from exec to the first packet of a run."""

from bench.processes import Metered, Trouble

BLOCK = 10


def measure(workshop, runs):
    """Rows of single runs, the programs in turn by blocks, so that what else the machine does falls on all."""
    if not workshop.curl:
        return
    version = {
        "healthgate": [workshop.program, "--version"],
        "curl": [workshop.curl, "--version"],
        # Wrong usage: they end at once, and what is left is a process, and libcurl's libraries.
        "C": [workshop.path("meter")],
        "C + libcurl": [workshop.path("curl-loop")],
    }
    first_packet = {
        "healthgate": [workshop.program, "--target", "HTTP:{port}/health", "--instances", "127.1.0.1:{port}",
                       "--progress", "none", "--ci", "none"],
        "curl": [workshop.curl, "-s", "http://127.1.0.1:{port}/health"],
        "C": [workshop.path("floor"), "{port}", "1", "1"],
        "C + libcurl": [workshop.path("curl-loop"), "{port}", "1", "1"],
    }
    for _ in range(max(runs // BLOCK, 1)):
        for what, commands in (("version", version), ("first packet", first_packet)):
            for name, command in commands.items():
                yield block(workshop, what, name, command, min(runs, BLOCK))


def block(workshop, what, name, command, runs):
    row = {"table": "startup", "what": what, "checker": name, "invalid": None, "ms": [], "peak_kb": 0}
    listens = what == "first packet"
    try:
        with Metered(workshop, command, runs=runs, listens=listens) as process:
            for _ in range(runs):
                result = process.result(20)
                if listens and not result["connected_ns"]:
                    raise Trouble(f"no connection came, status {result['status']}")
                end = result["connected_ns"] if listens else result["ended_ns"]
                row["ms"].append(round((end - result["begun_ns"]) / 1e6, 3))
                row["peak_kb"] = max(row["peak_kb"], result["peak_kb"])
    except Trouble as trouble:
        row["invalid"] = str(trouble)
    return row
