"""Runs the program with random secrets, and looks for them in all that it prints, writes and posts.

usage: secret_places.py PROGRAM WORK SEED...      a line a fault; nothing when there is none
       secret_places.py pieces FILE SEED          prints a file in pieces, as a slow command does

Each seed makes some secrets and the places where they enter: headers, parameters and passwords of URLs, the
environment of commands, the settings file, a proxy, receivers, AWS keys. Whoever is asked, server or command, repeats
them: escaped, in another case, with invisible characters or colors in between, cut at either end, with neighbors. Of
no secret may eight bytes in a row be found in any output, as it is or decoded. Four seeds run at a time.
"""

import base64
import concurrent.futures
import html
import http.server
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import threading
import time
import urllib.parse

INVISIBLE = ["\u200b", "\u200d", "\u00ad", "\u202e", "\u2060", "\x01"]
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
ODD = PLAIN + "-._~+=!*<>\"'()&%/\\{}é"


def decoded(text):
    """The text in each form in which somebody could read it."""
    text = re.sub("\x1b\\[[0-?]*[ -/]*[@-~]", "", text)  # as a terminal leaves out what it obeys
    text = re.sub("[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]", "", text)
    forms, seen = [text], {text}
    for form in forms:
        if len(seen) > 12:
            break
        unicode = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), form)
        plain = re.sub(r"\\(.)", lambda m: " " if m[1] in "nrt" else m[1], unicode)
        for other in (html.unescape(form), urllib.parse.unquote(form), unicode, plain):
            if other not in seen:
                seen.add(other)
                forms.append(other)
    return [form.lower() for form in forms]


def escaped(text, way, rng):
    result = ""
    for character in text:
        if character.isalnum() and character.isascii() and rng.random() < 0.7:
            result += character
        elif way == "percent":
            result += "".join("%%%02X" % byte for byte in character.encode())
        elif way == "html":
            result += rng.choice([html.escape(character), f"&#{ord(character)};", f"&#x{ord(character):x};"])
        elif way == "json":
            result += f"\\u{ord(character):04x}"
        else:
            result += character if character.isalnum() or ord(character) > 127 else "\\" + character
    return result


def disguised(secret, rng):
    way = rng.choice(["plain", "case", "invisible", "color", "percent", "html", "json", "shell", "twice"])
    if way == "case":
        return rng.choice([secret.upper, secret.lower, secret.swapcase])()
    if way == "invisible":
        return "".join(c + (rng.choice(INVISIBLE) if rng.random() < 0.3 else "") for c in secret)
    if way == "color":
        place = rng.randrange(len(secret))
        return secret[:place] + "\x1b[01;31m" + secret[place:] + "\x1b[0m"
    if way == "twice":
        return escaped(escaped(secret, rng.choice(["html", "json"]), rng), "percent", rng)
    return secret if way == "plain" else escaped(secret, way, rng)


def echo(secrets, rng):
    """What somebody says who repeats secrets, some of them cut at either end."""
    said = []
    for secret in secrets:
        shown = disguised(secret, rng)
        cut = rng.random()
        if cut < 0.2:
            shown = shown[: rng.randrange(len(shown)) + 1]
        elif cut < 0.4:
            shown = shown[rng.randrange(len(shown)) :]
        said.append(rng.choice(["", "token=", "'", "x", "no ", '{"e":"', "<p>"]) + shown + rng.choice(["", "'", ".", "y", '"}']))
    return rng.choice([" ", ", ", "; "]).join(said)


class Case:
    def __init__(self, program, work, seed):
        self.rng, self.seed, self.program = random.Random(seed), seed, program
        self.work = work / f"case-{seed}"
        self.work.mkdir(parents=True)
        # Those of the environment are known to commands, and to AWS; nobody else can repeat them.
        self.secrets, self.inherited, self.posted, self.faults = [], [], [], []

    def secret(self, alphabet=PLAIN, inherited=False):
        token = "".join(self.rng.choice(alphabet) for _ in range(self.rng.randint(8, 40)))
        self.secrets.append(token)
        if inherited:
            self.inherited.append(token)
        return token

    def said(self, most=400, by="peer"):
        pool = [secret for secret in self.secrets if by == "command" or secret not in self.inherited]
        return echo(self.rng.sample(pool, len(pool)), self.rng)[:most]

    def file(self, name, text):
        (self.work / name).write_text(text, encoding="utf-8", errors="surrogateescape")
        return str(self.work / name)

    def run(self, arguments, variables=(), stdin=None):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("HEALTHGATE_")}
        environment.update(variables)
        done = subprocess.run(
            [self.program, *arguments], cwd=self.work, env=environment, capture_output=True, timeout=40,
            stdin=subprocess.DEVNULL, check=False)
        name = f"{arguments[0]} {arguments[1] if len(arguments) > 1 else ''}"
        self.look(f"standard output of {name}", done.stdout)
        self.look(f"standard error of {name}", done.stderr)
        if done.returncode in (70, 132, 134, 139) or done.returncode < 0:
            self.faults.append(f"{name} ended with {done.returncode}: {done.stderr[-300:]!r}")
        return done

    def look(self, place, data):
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        # As it is first: nothing is found there that is not in one of its forms.
        for form in decoded(text):
            for secret in self.secrets:
                for part in secret.lower().split():
                    for start in range(len(part) - 7):
                        piece = part[start : start + 8]
                        # The letter of an escape is none of a word behind it: `\nabcdefg` is a line end and seven letters.
                        found = re.search(r"(?<!\\)" * (piece[0] in "bfnrtv") + re.escape(piece), form)
                        if found:
                            at = found.start()
                            self.faults.append(f"{piece!r} of {secret!r} in {place}: …{form[max(0, at - 60):at + 60]!r}…")
                            return

    def look_at_files(self):
        inputs = {"gate.yaml", "echo.txt", "aws"}
        for path in sorted(self.work.iterdir()):
            if path.is_file() and path.name not in inputs:
                self.look(path.name, path.read_bytes())
        for path in sorted((self.work / "ci").glob("*")):
            self.look(f"ci/{path.name}", path.read_bytes())
        for path, body in self.posted:
            self.look(f"what was posted to {path[:8]}", body)


def handler(case):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        lock = threading.Lock()

        def log_message(self, *arguments):
            pass

        def send(self, status, body, kind="text/plain", fields=()):
            data = body.encode("utf-8", "surrogateescape")
            head = [f"HTTP/1.1 {status} Said", f"Content-Type: {kind}", f"Content-Length: {len(data)}", *fields]
            self.wfile.write("\r\n".join(head).encode("latin-1", "replace") + b"\r\n\r\n" + data)

        def field(self):
            return re.sub(r"[\r\n\0]", "", case.said(160))

        def do_GET(self):
            with self.lock:
                if "/api/v1/query" in self.path:
                    body = json.dumps({"status": "error", "errorType": "bad_data", "error": case.said()})
                    return self.send(400, body, "application/json")
                answer = case.rng.choice(["body", "json", "redirect", "server", "status line", "version"])
                if answer == "status line":
                    self.wfile.write(f"{self.field()}\r\n\r\n".encode("latin-1", "replace"))
                    self.close_connection = True
                    return None
                if answer == "json":
                    return self.send(case.status, json.dumps({"error": case.said(), "version": case.said(80)}), "application/json")
                if answer == "redirect":
                    return self.send(302, "", fields=[f"Location: /login?{self.field()}"])
                if answer == "server":
                    return self.send(case.status, "", fields=[f"Server: {self.field()}", f"X-Version: {self.field()}"])
                return self.send(case.status, case.said(), fields=[f"X-Version: {self.field()}"])

        def do_HEAD(self):
            self.send(case.status, "")

        def do_CONNECT(self):
            with self.lock:
                self.send(case.rng.choice([407, 502]), case.said(), fields=[f"Proxy-Authenticate: Basic realm={self.field()}"])
                self.close_connection = True

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with self.lock:
                if b"Action=" in body:
                    message = html.escape(case.said().replace("\x1b", "").replace("\x01", ""))
                    error = f"<ErrorResponse><Error><Code>AccessDenied</Code><Message>{message}</Message></Error></ErrorResponse>"
                    return self.send(403, error, "text/xml")
                case.posted.append((self.path, body))
                return self.send(case.rng.choice([200, 400, 401]), case.said(160))

    return Handler


def header(case):
    """One that has a secret as a whole, or as a part."""
    if case.rng.random() < 0.2:
        encoded = base64.b64encode(f"web:{case.secret()}".encode()).decode()
        case.secrets.append(encoded)
        return f"Authorization: Basic {encoded}"
    name = case.rng.choice(["Authorization: Bearer ", "X-Api-Key: ", "Cookie: s=1; session=", "X-Debug: two words "])
    return name + case.secret(ODD.replace("é", ""))


def general(case, port):
    """A run with everything; then what is made of its journal."""
    rng = case.rng
    case.status = rng.choice([200, 401, 500])
    variables, flags = {}, []
    path = "/health"
    if rng.random() < 0.6:
        path += f"?{rng.choice(['api_key', 'token', 'client%5Fsecret', 'X-Amz-Signature'])}={case.secret(PLAIN + '-._~')}&v=1"
    where = rng.choice(["flag", "variable", "file"])
    headers = [header(case) for _ in range(1 if where == "variable" else rng.randint(1, 2))]
    config = {"healthy_threshold": 2, "unhealthy_threshold": 2}
    if where == "flag":
        flags += [word for text in headers for word in ("--header", text)]
    elif where == "variable":
        variables["HEALTHGATE_HEADER"] = headers[0]
    else:
        config["header"] = headers
    guards = []
    if rng.random() < 0.5:
        guards.append(f"prometheus:http://user:{case.secret()}@127.0.0.1:{port}?query=up < 1")
    if rng.random() < 0.5:
        guards.append(f"http:http://127.0.0.1:{port}/guard?access_token={case.secret()}")
    variables["DEPLOY_TOKEN"] = case.secret(ODD, inherited=True)
    variables["DATABASE_URL"] = f"postgres://web:{case.secret(inherited=True)}@db.example/web"
    hook = f"DB_PASSWORD={case.secret()} '{sys.executable}' '{os.path.abspath(__file__)}' pieces echo.txt {case.seed}; exit 0"
    flags += ["--notify", f"http://127.0.0.1:{port}/hook/{case.secret()}"]
    if rng.random() < 0.5:
        flags += ["--events", f"http://user:{case.secret()}@127.0.0.1:{port}/events/{case.secret()}"]
    guards.append("exec:cat echo.txt; cat echo.txt >&2; exit 1")
    case.file("echo.txt", "".join(case.said(4000, "command") + "\n" for _ in range(rng.randint(1, 60))))
    expectation = rng.choice([
        [], ["--expect-json", "/error=none"], ["--expect-header", "X-Version=1.2"], ["--expect-body", "^fine$"],
        ["--expect-version", "1.2", "--version-from", "header:X-Version"],
        ["--expect-version", "1.2", "--version-from", "json:/version"]])
    config["guard"] = guards
    case.file("gate.yaml", json.dumps(config))
    common = [
        "--config", "gate.yaml", "--target", f"HTTP:{port}{path}", "--instances", "web-1=127.0.0.1", "--interval", "0.2",
        "--timeout", "0.19", "--deadline", "4", *expectation, *flags]
    system = rng.choice(["github", "circleci", "gitlab", "buildkite", "azure", "none"])
    variables |= {"GITHUB_OUTPUT": "out.env", "GITHUB_STEP_SUMMARY": "summary.md", "BASH_ENV": "bash.env"}
    reports = [f"{name}=report.{name}" for name in ("html", "junit", "markdown", "openmetrics", "tap", "nagios")]
    hooks = [word for name in ("promote", "rollback", "inconclusive") for word in (f"--on-{name}", hook)]
    case.run(["run", "--print-config", *common, *hooks], variables)
    case.run(
        ["run", *common, *hooks, "--verdict", "verdict.json", "--journal", "run.ndjson", "--ci", system, "--ci-dir", "ci",
         "--format", rng.choice(["json", "text"]), "--progress", rng.choice(["plain", "live"]),
         *[word for report in reports for word in ("--report", report)]], variables)
    case.look_at_files()
    case.run(["replay", "run.ndjson"])
    case.run(["report", "run.ndjson", "--format", rng.choice(["html", "junit", "markdown", "text", "openmetrics", "tap", "nagios"])])
    lines = (case.work / "run.ndjson").read_text().splitlines(keepends=True) if (case.work / "run.ndjson").exists() else []
    killed = [line for line in lines if '"event":"decided"' not in line]
    if len(killed) > 3 and len(killed) < len(lines):
        case.file("killed.ndjson", "".join(killed[:3]))
        case.run(["run", *common, *hooks, "--resume", "killed.ndjson"], variables)
        case.look_at_files()


def source(case, port):
    """A source that cannot be used, and says so with secrets in its words."""
    rng = case.rng
    case.status = 500
    text = header(case)
    variables = {"API_TOKEN": case.secret(ODD, inherited=True), "AWS_SESSION_TOKEN": case.secret(PLAIN + "/+="),
                 "AWS_ACCESS_KEY_ID": case.secret(), "AWS_SECRET_ACCESS_KEY": case.secret(PLAIN + "/+"),
                 "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    case.file("echo.txt", "bad line: " + case.said(3000, "command") + "\n")
    ways = [["--exec", "cat echo.txt >&2; exit 3"], ["--exec", "cat echo.txt"], ["--asg", "green"], ["--target-group", "green"],
            ["--exec", f"API_KEY={case.secret()} false"]]
    case.run(["run", "--target", f"HTTP:{port}/h", "--header", text, "--ci", "github", "--ci-dir", "ci", "--deadline", "3",
              "--verdict", "verdict.json", *rng.choice(ways)], variables)
    case.look_at_files()


def proxy(case, port):
    rng = case.rng
    case.status = 500
    url = f"http://user:{case.secret(PLAIN + '-._~')}@127.0.0.1:{port}"
    case.run(["run", "--target", "HTTP:80/h", "--instances", "127.0.0.9", "--proxy", url, "--interval", "0.2", "--timeout", "0.19",
              "--deadline", "2", "--verdict", "verdict.json", "--journal", "run.ndjson", "--progress", "plain",
              "--notify", f"slack:http://127.0.0.1:{port}/{case.secret()}"])
    case.look_at_files()


def once(case, port):
    """One check, and a look at the health check."""
    case.status = case.rng.choice([200, 503])
    text = header(case)
    place = f"http://127.0.0.1:{port}/h?token={case.secret()}"
    for command in (["probe", "--format", "json"], ["probe", "--format", "text"], ["lint"]):
        case.run([*command, place, "--header", text])


def mistaken(case, port):
    """Settings that are wrong, in ways in which the secret is shown by who does not understand them."""
    token = case.secret(PLAIN + "-._~")
    wrong = [
        ["--guard", f"promeheus:http://user:{token}@prom:9090?query=up < 1"], ["--guard", f"prometheus:user:{token}@prom?query=up < 1"],
        ["--guard", f"http:user:{token}@host/x"], ["--connect-to", f"user:{token}@h:1"], ["--proxy", f"user:{token}@h"],
        ["--proxy", f"ftp://user:{token}@h"], ["--header", f"Authorization Bearer {token}"], ["--header", token],
        ["--notify", f"hooks.example/{token}"], ["--notify", f"ftp://hooks.example/{token}"], ["--events", f"https://h h/{token}"],
        ["--guard", token], ["--guard", f"prometheus:http://{token}@prom:9090"], ["--dns", f"user:{token}@host"],
        ["--target", f"HTTP:0/h?token={token}"], ["--target", f"HTTX:80/h?token={token}"], ["--import-from", f"http://u:{token}@h"],
    ]
    words = case.rng.choice(wrong)
    base = [] if words[0] == "--target" else ["--target", "HTTP:80/h"]
    base += [] if words[0] == "--dns" else ["--instances", "127.0.0.1"]
    case.run(["run", *base, *words, "--verdict", "verdict.json", "--ci", "github", "--ci-dir", "ci"])
    name = words[0][2:].replace("-", "_")
    case.file("gate.yaml", json.dumps({name: words[1], "target": "HTTP:80/h"} if name != "target" else {name: words[1]}))
    case.run(["run", "--config", "gate.yaml", *([] if name == "dns" else ["--instances", "127.0.0.1"])])
    case.look_at_files()


def one(program, work, seed):
    case = Case(program, work, seed)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(case))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kind = [general, general, general, source, proxy, once, mistaken][seed % 7]
    try:
        kind(case, server.server_address[1])
    except subprocess.TimeoutExpired:
        case.faults.append("it did not end")
    finally:
        server.shutdown()
        server.server_close()
    return [f"seed {seed} ({kind.__name__}): {fault}" for fault in case.faults[:4]]


def main():
    if sys.argv[1] == "pieces":
        data, rng = pathlib.Path(sys.argv[2]).read_bytes(), random.Random(int(sys.argv[3]))
        while data:
            size = rng.choice([1, 3, 10, 50, 1000])
            os.write(rng.choice([1, 1, 2]), data[:size])
            data = data[size:]
            if rng.random() < 0.05:
                time.sleep(0.001)
        return
    program, work = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for faults in pool.map(lambda seed: one(program, work, seed), map(int, sys.argv[3:])):
            for fault in faults:
                print(fault, flush=True)


main()
