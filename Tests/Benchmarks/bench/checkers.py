"""How each checker is started for the same group, interval and request, and how its own account of the run is read."""

import csv
import http.client
import io
import json
import socket

from bench.processes import Trouble


class Load:
    """What is to be checked: how many instances, how often, over what, and for how many intervals.

    What is measured begins so many intervals after the first round: half of one, so that where all instances are checked in a
    burst the window begins and ends between two, and whole ones for things to settle.
    """

    def __init__(self, scheme, instances, interval, intervals, port, settling=1.5):
        self.scheme, self.instances, self.interval, self.intervals, self.port = scheme, instances, interval, intervals, port
        self.settling = settling

    @property
    def is_tls(self):
        return self.scheme != "http"

    @property
    def addresses(self):
        return (f"127.{1 + i // 62500}.{i // 250 % 250}.{1 + i % 250}" for i in range(self.instances))

    @property
    def rounds(self):
        """A first round, one for things to settle, what is measured, and one to end in; two if they are short."""
        return self.intervals + int(self.settling) + (2 if self.interval >= 1 else 3)


class Loop:
    """One of the C programs, which are told how many rounds to make."""

    def __init__(self, name, program, pattern):
        self.name, self.program, self.pattern = name, program, pattern

    def command(self, workshop, load, rounds=None):
        return [workshop.path(self.program), str(load.port), str(load.instances), str(rounds or load.rounds),
                str(int(load.interval * 1000)), self.pattern, "https" if load.is_tls else "http"]

    def account(self, workshop, load):
        """Failures, and how late checks began and how long they took, in ms."""
        with open(workshop.path("output"), encoding="utf-8") as file:
            said = json.loads(file.read())
        return {key: said[key] for key in ("failures", "late_ms", "latency_ms")}


class Gate:
    """The whole gate: state machines, journal, progress a line an event, verdict."""

    def __init__(self, name, *options):
        self.name, self.options = name, options

    @property
    def settling(self):
        """In intervals: spread, each has its own place in the interval after the second round."""
        return 3.5 if "--spread-checks" in self.options else 1.5

    def command(self, workshop, load, soak=None):
        """A run that promotes after two rounds, or after it has soaked for so long."""
        file = workshop.path("instances")
        with open(file, "w", encoding="utf-8") as instances:
            instances.writelines(f"{address}:{load.port}\n" for address in load.addresses)
        target = "HTTPS" if load.is_tls else "HTTP"
        command = [workshop.program, "--target", f"{target}:{load.port}/health", "--instances-file", file,
                   "--interval", str(load.interval), "--timeout", f"{load.interval * 0.9:g}", "--healthy-threshold", "2",
                   "--journal", workshop.journal, "--progress", "plain", "--ci", "none", *self.options]
        # The group is healthy with the second round, and the last one begins when the soak ends.
        soak = (load.rounds - 2) * load.interval if soak is None else soak
        return command + ["--soak", f"{soak:g}"] * (soak > 0)

    def account(self, workshop, load):
        with open(workshop.path("output"), encoding="utf-8") as file:
            try:
                verdict = json.load(file)
            except ValueError:
                raise Trouble("there is no verdict: " + last_line(workshop.path("errors"))) from None
        account = self.journal_account(workshop.journal, load.interval)
        account["failures"] = sum(instance["failures"] for instance in verdict["instances"]) + account["faults"]
        if verdict["decision"] != "promote":
            raise Trouble(f"{verdict['decision']}: {verdict['reason']['message']}")
        return account

    def journal_account(self, path, interval):
        """Start against due time of all checks after each instance's first, and latencies, from the journal."""
        anchors, numbers, counts, late, latency, first_latency, faults = {}, {}, {}, [], [], [], 0
        with open(path, encoding="utf-8") as file:
            for line in file:
                # Most of the lines are checks, and there are hundreds of thousands.
                if '"event":"check"' not in line:
                    faults += '"event":"gate_fault"' in line
                    if "--spread-checks" in self.options and '"event":"instance_added"' in line:
                        numbers[json.loads(line)["id"]] = len(numbers)
                    continue
                check = json.loads(line)
                anchor = anchors.setdefault(check["id"], check["started"])
                if check["started"] == anchor:
                    first_latency.append(check["latency_ms"])
                    continue
                latency.append(check["latency_ms"])
                # Due at the first check's start and whole intervals later, and never early.
                due = [anchor]
                if check["id"] in numbers:
                    # Spread, two rounds are as without it, and one is where they move.
                    counts[check["id"]] = counts.get(check["id"], 1) + 1
                    if counts[check["id"]] < 4:
                        continue
                    # An instance whose place comes while its check is under way stays where it is.
                    due.append(place(numbers[check["id"]], interval))
                late.append(min(since_slot(check["started"] - slot, interval) for slot in due) * 1000)
        return {"faults": faults, "late_ms": spread(late), "latency_ms": spread(latency),
                "first_latency_ms": spread(first_latency)}


def since_slot(since, interval):
    return since - int(since / interval + 1e-6) * interval


def place(number, interval):
    """Where in the interval an instance is checked once the checks are spread, in seconds."""
    return (number * 0x9E3779B97F4A7C15 % 2**64 * round(interval * 1_000_000) >> 64) / 1_000_000


class WithNewerLibcurl:
    """The same program, which the loader gives a later libcurl than the system's."""

    def __init__(self, name, checker):
        self.name, self.checker = name, checker

    def command(self, workshop, load, *rounds):
        # It becomes the program: the process that is measured is the same.
        return ["env", f"LD_LIBRARY_PATH={workshop.newer_libcurl}", *self.checker.command(workshop, load, *rounds)]

    def account(self, workshop, load):
        return self.checker.account(workshop, load)


class HAProxy:
    """HAProxy as nothing but a checker, on one thread."""

    name = "haproxy"

    def command(self, workshop, load):
        tls = ""
        if load.is_tls:
            tls = " check-ssl verify none" + (" no-ssl-reuse" if load.scheme == "https" else "")
        milliseconds = int(load.interval * 1000)
        lines = [
            "global", "  nbthread 1", "  maxconn 100", f"  stats socket {workshop.path('haproxy.sock')} level admin",
            "defaults", "  mode http", "  timeout connect 5s", "  timeout client 5s", "  timeout server 5s",
            "backend group", "  option httpchk",
            "  http-check send meth GET uri /health ver HTTP/1.1 hdr Host health hdr Connection close",
            "  http-check expect status 200", f"  default-server check inter {milliseconds} rise 2 fall 10{tls}",
        ]
        with open(workshop.path("haproxy.cfg"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.writelines(f"  server s{i} {address}:{load.port}\n" for i, address in enumerate(load.addresses))
        return [workshop.haproxy, "-db", "-f", workshop.path("haproxy.cfg")]

    def failures(self, workshop):
        """Failed checks, by its own count: asked for while it still runs."""
        with socket.socket(socket.AF_UNIX) as admin:
            admin.settimeout(20)
            admin.connect(workshop.path("haproxy.sock"))
            admin.sendall(b"show stat\n")
            answer = b""
            while chunk := admin.recv(1 << 16):
                answer += chunk
        table = csv.DictReader(io.StringIO(answer.decode().removeprefix("# ")))
        return sum(int(row["chkfail"] or 0) for row in table if row["svname"] != "BACKEND")


class Envoy:
    """Envoy as nothing but a checker: health checks are made on its main thread."""

    name = "envoy"

    def command(self, workshop, load):
        duration = f"{load.interval:g}s"
        check = {
            "timeout": f"{load.interval * 0.9:g}s", "interval": duration, "healthy_threshold": 2, "unhealthy_threshold": 10,
            # A group without traffic is checked once a minute unless it is told.
            "no_traffic_interval": duration, "no_traffic_healthy_interval": duration,
            "reuse_connection": False, "http_health_check": {"host": "health", "path": "/health"},
        }
        endpoints = [{"endpoint": {"address": {"socket_address": {"address": address, "port_value": load.port}}}}
                     for address in load.addresses]
        cluster = {"name": "group", "type": "STATIC", "connect_timeout": "5s", "health_checks": [check],
                   "load_assignment": {"cluster_name": "group", "endpoints": [{"lb_endpoints": endpoints}]}}
        with open(workshop.path("envoy.json"), "w", encoding="utf-8") as file:
            json.dump({"admin": {"address": {"pipe": {"path": workshop.path("envoy.sock")}}},
                       "static_resources": {"clusters": [cluster]}}, file)
        return [workshop.envoy, "-c", workshop.path("envoy.json"), "--concurrency", "1", "--disable-hot-restart", "-l", "error"]

    def failures(self, workshop):
        """Failed checks, by its own count: asked for while it still runs."""
        with socket.socket(socket.AF_UNIX) as admin:
            admin.settimeout(20)
            admin.connect(workshop.path("envoy.sock"))
            admin.sendall(b"GET /stats?format=json&filter=health_check.failure HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n")
            answer = http.client.HTTPResponse(admin)
            answer.begin()
            stats = json.load(answer)["stats"]
        return sum(stat["value"] for stat in stats if stat.get("name") == "cluster.group.health_check.failure")


FLOOR = Loop("floor", "floor", "burst")
# As HAProxy spreads its checks.
EVEN_FLOOR = Loop("floor-even", "floor", "even")
CURL_LOOP = Loop("curl-loop", "curl-loop", "burst")
GATE = Gate("healthgate")
NEWER_LOOP = WithNewerLibcurl("curl-loop-newer", CURL_LOOP)
NEWER_GATE = WithNewerLibcurl("healthgate-newer", GATE)
EVEN_GATE = Gate("healthgate-even", "--spread-checks")
HAPROXY = HAProxy()
ENVOY = Envoy()


def spread(values):
    """Percentiles as the C programs tell them."""
    values = sorted(values)
    if not values:
        return {"p50": 0, "p99": 0, "max": 0}
    return {name: round(values[int(part * (len(values) - 1))], 4) for name, part in (("p50", 0.5), ("p99", 0.99), ("max", 1))}


def last_line(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return (file.read().strip().splitlines() or ["it said nothing"])[-1]
    except OSError:
        return "it said nothing"
