"""What is compared by a sample: a `curl` process a check, as in shell loops, and Prometheus' blackbox exporter."""

import http.client
import socket
import time

from bench.processes import Metered, Trouble


def curl_processes(workshop, target, load, runs, label):
    """One curl after the other; the shell or the program that starts them is not counted."""
    row = {"table": "single", "checker": "curl process", "scheme": load.scheme, **label}
    url = f"{'https' if load.is_tls else 'http'}://127.1.0.1:{load.port}/health"
    target.ask("clear")
    try:
        command = [workshop.curl, "-s", "-k", "-f", url]
        with Metered(workshop, command, runs=runs) as process:
            results = [process.result(20) for _ in range(runs)]
    except Trouble as trouble:
        return {**row, "invalid": str(trouble)}
    failures = sum(result["status"] != 0 for result in results)
    return finished(row, target, runs, failures, sum(result["cpu_us"] for result in results),
                    max(result["peak_kb"] for result in results))


def blackbox_exporter(workshop, target, load, probes, label):
    """Probes one after the other over one kept connection, as a scraper would ask for them."""
    row = {"table": "single", "checker": "blackbox exporter", "scheme": load.scheme, **label}
    with open(workshop.path("blackbox.yml"), "w", encoding="utf-8") as file:
        file.write("modules:\n  check:\n    prober: http\n    timeout: 5s\n    http:\n"
                   "      tls_config:\n        insecure_skip_verify: true\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [workshop.blackbox, f"--config.file={workshop.path('blackbox.yml')}",
               f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    addresses = list(load.addresses)
    try:
        with Metered(workshop, command, errors=workshop.path("errors")) as process:
            connection = connect(port)
            ask(connection, load, addresses[0])
            target.ask("clear")
            failures, cpu = 0, process.cpu_us()
            for number in range(probes):
                failures += not ask(connection, load, addresses[number % len(addresses)])
            cpu, peak = process.cpu_us() - cpu, process.peak_kb()
            connection.close()
    except (Trouble, OSError, http.client.HTTPException) as trouble:
        return {**row, "invalid": str(trouble)}
    return finished(row, target, probes, failures, cpu, peak)


def connect(port):
    end = time.monotonic() + 10
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.connect()
            return connection
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def ask(connection, load, address):
    """Whether a probe succeeded."""
    scheme = "https" if load.is_tls else "http"
    connection.request("GET", f"/probe?module=check&target={scheme}://{address}:{load.port}/health")
    return b"\nprobe_success 1" in connection.getresponse().read()


def finished(row, target, checks, failures, cpu_us, peak_kb):
    seen = target.ask("report")["requests"]
    invalid = f"{failures} failed checks" if failures else None
    if seen != checks:
        invalid = f"{seen} requests, not {checks}"
    return {**row, "checks": checks, "failures": failures, "cpu_us_per_check": round(cpu_us / checks, 2), "peak_kb": peak_kb,
            "invalid": invalid}
