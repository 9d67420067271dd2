"""The processes that take part, each ended by its own number: the group that is checked, and whatever checks it."""

import json
import os
import selectors
import signal
import subprocess
import time


class Trouble(Exception):
    """A process did not do what it was started for: the row that it was for is invalid."""


class Talker:
    """A process that says a JSON object a line."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, **options)
        self.buffer = b""
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)

    def hear(self, seconds):
        end = time.monotonic() + seconds
        while b"\n" not in self.buffer:
            if not self.selector.select(max(end - time.monotonic(), 0)):
                raise Trouble(f"nothing from {os.path.basename(self.process.args[0])} within {seconds:.0f} s")
            chunk = os.read(self.process.stdout.fileno(), 1 << 16)
            if not chunk:
                raise Trouble(f"{os.path.basename(self.process.args[0])} ended early, status {self.process.wait()}")
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.selector.close()
        self.process.stdout.close()


class Target(Talker):
    """The group: any address of 127/8 is an instance. It ends by itself after `seconds`, or when this process does."""

    def __init__(self, workshop, scheme, seconds):
        certificate = list(workshop.certificate) if scheme != "http" else []
        resume = ["resume"] if scheme == "https-resumed" else []
        super().__init__([workshop.path("target"), "0", str(int(seconds)), *certificate, *resume], stdin=subprocess.PIPE)
        try:
            self.port = self.hear(10)["port"]
        except BaseException:
            self.end()
            raise

    def ask(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()
        return self.hear(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.end()


class Metered(Talker):
    """A command under the meter, which says what it cost and when its output came."""

    def __init__(self, workshop, command, output="/dev/null", errors="/dev/null", runs=1, listens=False):
        options = ["--output", output, "--errors", errors, "--runs", str(runs)] + ["--listen"] * listens
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith("HEALTHGATE_") and not key.lower().endswith("_proxy")}
        super().__init__([workshop.path("meter"), *options, *command], stdin=subprocess.DEVNULL, env=environment)
        self.command = command
        try:
            self.pid = self.hear(20)["pid"]
        except BaseException:
            self.end()
            raise

    def cpu_us(self):
        """What all threads of the command have used, those that have ended included."""
        try:
            # The CPU-time clock of another process, as clock_getcpuclockid makes it: exact, not in ticks.
            return time.clock_gettime_ns((~self.pid << 3) | 2) / 1000
        except OSError:
            raise Trouble(f"{os.path.basename(self.command[0])} was over too early") from None

    def peak_kb(self):
        try:
            with open(f"/proc/{self.pid}/status", encoding="utf-8") as file:
                return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
        except (OSError, StopIteration):
            raise Trouble(f"{os.path.basename(self.command[0])} was over too early") from None

    def result(self, seconds):
        """How the (next) run ended."""
        while "ended_ns" not in (heard := self.hear(seconds)):
            self.pid = heard["pid"]
        return heard

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # The command goes with its meter.
        self.end()
