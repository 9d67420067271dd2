"""Judges AWS Signature Version 4 on 127.0.0.1.

usage: sigv4_judge.py        prints its port, and ends when its standard input does

The keys come with each request, in X-Test-Key, X-Test-Secret and X-Test-Token, in hexadecimal. A right
signature is answered with 200, a wrong one with 403 and why. The signature is computed here from
the description of the algorithm, and by botocore too where that is installed.
"""

import hashlib
import hmac
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

try:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    SigV4Auth = None

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(\S+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, *"
    r"SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$"
)


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def expected(method, target, headers, signed, body, day, region, service, date, secret):
    path, _, query = target.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    query = "&".join(
        sorted(f"{quote(unquote(n), safe='-_.~')}={quote(unquote(v), safe='-_.~')}" for n, _, v in pairs)
    )
    lines = "".join(f"{name}:{','.join(' '.join(v.split()) for v in headers.get(name, []))}\n" for name in signed)
    digest = hashlib.sha256(body).hexdigest()
    canonical = "\n".join([method, path, query, lines, ";".join(signed), digest])
    scope = f"{day}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in (day, region, service, "aws4_request"):
        key = sign(key, part)
    return sign(key, text).hex()


def botocore_signature(method, target, headers, signed, body, region, service, date, key, secret):
    request = AWSRequest(method=method, url="http://" + headers["host"][0] + target, data=body)
    request.context["timestamp"] = date
    for name in signed:
        for value in headers.get(name, []):
            request.headers[name] = value
    auth = SigV4Auth(Credentials(key, secret), service, region)
    return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


def judge(method, target, fields, body):
    headers = {}
    for name, value in fields:
        headers.setdefault(name.lower(), []).append(value)
    key, secret, token = (
        bytes.fromhex(headers.get(f"x-test-{name}", [""])[0]).decode() for name in ("key", "secret", "token")
    )
    match = AUTHORIZATION.match(headers.get("authorization", [""])[0])
    if not match:
        return ["there is no whole Authorization"]
    used, day, region, service, names, signature = match.groups()
    signed = names.split(";")
    date = headers.get("x-amz-date", [""])[0]
    problems = []
    if used != key:
        problems.append("another access key")
    if not re.fullmatch(day + r"T\d{6}Z", date):
        problems.append("X-Amz-Date does not fit the scope")
    if signed != sorted(signed):
        problems.append("SignedHeaders is not sorted")
    problems += [
        f"{name} is not signed"
        for name in headers
        if (name == "host" or name.startswith("x-amz-")) and name not in signed
    ]
    if headers.get("x-amz-security-token", [""])[0] != token:
        problems.append("another session token")
    if signature != expected(method, target, headers, signed, body, day, region, service, date, secret):
        problems.append("the signature is not the one of the algorithm")
    if SigV4Auth and signature != botocore_signature(
        method, target, headers, signed, body, region, service, date, key, secret
    ):
        problems.append("the signature is not botocore's")
    return problems


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        problems = judge("POST", self.path, self.headers.items(), body)
        text = ("; ".join(problems) or f"ok {hashlib.sha256(body).hexdigest()}").encode()
        self.send_response(403 if problems else 200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], "botocore" if SigV4Auth else "alone", flush=True)
sys.stdin.read()
