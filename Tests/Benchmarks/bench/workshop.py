"""What has to be there before anything can be measured: programs, a folder, a certificate, and the machine's name."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCES = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


LIBCURL_VERSION = """
import ctypes
version = ctypes.CDLL("libcurl.so.4").curl_version
version.restype = ctypes.c_char_p
print(version().decode().split()[0])
"""


MEMORY = "/dev/shm"


def has_memory():
    """Whether the longest journal of a run fits there."""
    try:
        free = shutil.disk_usage(MEMORY).free
    except OSError:
        return False
    return free > 2 << 30 and os.access(MEMORY, os.W_OK)


class Missing(Exception):
    """Something without which nothing can be measured."""


def say(text):
    print(f"# {text}", file=sys.stderr, flush=True)


def output_of(*command):
    """What a command prints, on either stream; nothing when it cannot be run."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


class Workshop:
    """A folder with the compiled programs; gone when the benchmark ends."""

    def __init__(self, program):
        if not os.access(program, os.X_OK):
            raise Missing(f"no program at {program}: build it (swift build -c release) or set HEALTHGATE")
        self.program = program
        self.curl = shutil.which("curl")
        self.haproxy = self.peer("haproxy")
        self.envoy = self.peer("envoy")
        # A folder with a later libcurl.so.4 than the system's.
        self.newer_libcurl = os.environ.get("NEWER_LIBCURL")
        if not self.newer_libcurl:
            say("SKIPPED: NEWER_LIBCURL names no folder with a later libcurl.so.4")
        self.blackbox = self.peer("prometheus-blackbox-exporter", "blackbox_exporter")
        self.compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if not self.compiler:
            raise Missing("there is no C compiler: install one, or name it with CC")

    @staticmethod
    def peer(*names):
        """A program to compare with, wherever Debian puts it; loudly nothing where it is not installed."""
        path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
        found = next(filter(None, (shutil.which(name, path=path) for name in names)), None)
        if not found:
            say(f"SKIPPED: {names[0]} is not installed")
        return found

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="healthgate-benchmark.")
        self.memory = tempfile.mkdtemp(prefix="healthgate-benchmark.", dir=MEMORY) if has_memory() else None
        try:
            self.certificate = self.make_certificate()
            self.compile_programs()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for folder in filter(None, (self.folder, self.memory)):
            shutil.rmtree(folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    @property
    def journal(self):
        """Of a run: in memory where that is possible, so that no disk's sync is in a figure."""
        return os.path.join(self.memory or self.folder, "journal")

    @property
    def has_tls(self):
        return self.certificate is not None

    def make_certificate(self):
        """A self-signed P-256 certificate and its key, or nothing where OpenSSL, or its headers, are not installed."""
        certificate, key = self.path("certificate.pem"), self.path("key.pem")
        output_of("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                  "-subj", "/CN=health", "-days", "2", "-keyout", key, "-out", certificate)
        probe = subprocess.run([self.compiler, "-E", "-x", "c", "-"], input="#include <openssl/ssl.h>\n", text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if os.path.exists(certificate) and probe.returncode == 0:
            return certificate, key
        say("SKIPPED: TLS, for want of openssl or its headers (libssl-dev)")
        return None

    def compile_programs(self):
        libcurl = output_of("pkg-config", "--cflags", "--libs", "libcurl").split() or ["-lcurl"]
        tls = ["-DWITH_TLS", "-lssl", "-lcrypto"] if self.has_tls else []
        for name, flags in (("target", [*tls, "-lm"]), ("floor", tls), ("curl-loop", libcurl), ("meter", [])):
            source = os.path.join(SOURCES, f"{name}.c")
            command = [self.compiler, "-O2", "-o", self.path(name), source, *flags]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode != 0:
                raise Missing(f"{name}.c does not compile:\n{done.stdout}")

    def machine(self):
        """Where the figures are from: it stands above them."""
        return {
            "table": "machine", "processor": processor(), "processors": len(os.sched_getaffinity(0)),
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
            "linux": os.uname().release, "load": round(os.getloadavg()[0], 2), "versions": self.versions(),
            "program_bytes": os.path.getsize(self.program),
        }

    def versions(self):
        def first(*command):
            return (output_of(*command).splitlines() or ["unknown"])[0].strip()

        found = {"healthgate": first(self.program, "--version"), "cc": first(self.compiler, "--version"),
                 "libcurl": first("pkg-config", "--modversion", "libcurl")}
        if self.newer_libcurl:
            found["newer libcurl"] = first("env", f"LD_LIBRARY_PATH={self.newer_libcurl}", sys.executable, "-c", LIBCURL_VERSION)
        if self.curl:
            found["curl"] = " ".join(first(self.curl, "--version").split()[:2])
        if self.has_tls:
            found["openssl"] = " ".join(first("openssl", "version").split()[:2])
        if self.haproxy:
            found["haproxy"] = " ".join(first(self.haproxy, "-v").split()[:3])
        if self.envoy:
            # The revision, the version and how it was built, in one word, on a line after an empty one.
            found["envoy"] = (re.findall(r"/(\d[\d.]*)/", output_of(self.envoy, "--version")) or ["unknown"])[0]
        if self.blackbox:
            found["blackbox exporter"] = " ".join(first(self.blackbox, "--version").split()[:3])
        return found


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else os.uname().machine
