"""An AWS that misbehaves as the path of the endpoint says. Standard library only.

usage: bad_aws.py [--tls CERTIFICATE KEY] [--seconds S]     prints 'port N', ends by itself after S seconds (120)

AWS_ENDPOINT_URL=http://127.0.0.1:N/FAULT[@ACTION][,later|,first] gives every answer the fault, or only those to
one action (DescribeInstances), or only those after the action's first three, or only those three. The good answers are those of the
fixtures of InstanceSourcesTests: two instances at 127.0.21.4 and 127.0.21.5 in the Auto Scaling group
web-green, the Classic Load Balancer web, the target group web-green.

    none            good answers
    empty           no body
    huge            more than any answer should be
    endless         a body without end
    truncated       the first half of the document
    cut             half of what was announced, then the end of the connection
    html            a page instead
    other           another document
    latin1          bytes that are not UTF-8
    doctype         entities that grow
    denied          AccessDenied                        forbidden       403 without a word
    expired         ExpiredToken                        throttled       Throttling, for ever
    unavailable     503, for ever                       redirect        302 to elsewhere
    hang            not a word                          trickle         a byte at a time
    reset           the connection is reset
    nobody          no instance                         twice           every instance twice
    vast            a desired capacity without sense    more            a desired capacity of 3
    oddid           an ID with a blank and an escape    oddaddress      an address that is none
    notarget        a health check without a target     oddport         a port of 0
    pending         the second instance is Pending      standby         the second is in Standby
    terminating     the second is Terminating           weighted        each weighs 2 of 4
    pages           pages that repeat                   dying           always two others, all Pending
    deleting        the group is being deleted          unhealthy       the group calls the second Unhealthy
    stopped         EC2 calls the second stopped        empty0          a desired capacity of 0, no one
    proxy           403 and a page
    notyet          the balancer registers the second   counting        ... counts its checks
    failing         ... has counted too many failures   joining         the second target is being registered
"""

import argparse
import collections
import http.server
import os
import pathlib
import re
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "InstanceSourcesTests" / "Fixtures"
GOOD = {
    "DescribeAutoScalingGroups": "autoscaling-groups.xml",
    "DescribeInstances": "ec2-instances.xml",
    "DescribeInstanceHealth": "elb-instance-health.xml",
    "DescribeLoadBalancers": "elb-load-balancers.xml",
    "DescribeTargetGroups": "elbv2-target-groups.xml",
    "DescribeTargetHealth": "elbv2-target-health.xml",
}
IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ci</Arn>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
asked = collections.Counter()


def members(text, change):
    """The document with each of its lists of instances changed."""
    lists = r"(<(Instances|TargetHealthDescriptions|InstanceStates)>)(.*?)(</\2>)"
    return re.sub(lists, lambda found: found[1] + change(found[3]) + found[4], text, flags=re.S)


def second_is(state):
    def change(text):
        head, tail = text.rsplit("InService", 1)
        return head + state + tail

    return change


CHANGES = {
    "nobody": lambda text: members(text, lambda _: ""),
    "twice": lambda text: members(text, lambda items: items + items),
    "vast": lambda text: capacity(text, "999999999999999999"),
    "more": lambda text: capacity(text, "3"),
    "weighted": lambda text: capacity(
        text.replace("<LifecycleState>", "<WeightedCapacity>2</WeightedCapacity><LifecycleState>"), "4"
    ),
    "oddid": lambda text: re.sub("(<(?:instance|I)(?:nstance)?I?d>)i-[0-9a-f]+", "\\1i- \u009b31m", text),
    "oddaddress": lambda text: text.replace("127.0.21.4", "elsewhere/x"),
    "notarget": lambda text: text.replace("<Target>HTTP:80/health</Target>", "")
    .replace("<HealthCheckProtocol>HTTP</HealthCheckProtocol>", ""),
    "oddport": lambda text: text.replace("<Port>80<", "<Port>0<").replace("HTTP:80/", "HTTP:0/"),
    "pending": lambda text: members(text, second_is("Pending:Wait")) if "LifecycleState" in text else text,
    "standby": lambda text: members(text, second_is("Standby")) if "LifecycleState" in text else text,
    "terminating": lambda text: members(text, second_is("Terminating:Wait")) if "LifecycleState" in text else text,
    "deleting": lambda text: text.replace("</DesiredCapacity>", "</DesiredCapacity><Status>Delete in progress</Status>"),
    "unhealthy": lambda text: ">Unhealthy</HealthStatus>".join(text.rsplit(">Healthy</HealthStatus>", 1)),
    "stopped": lambda text: "<name>stopped</name>".join(text.rsplit("<name>running</name>", 1)),
    "empty0": lambda text: capacity(members(text, lambda _: ""), "0"),
    "notyet": lambda text: view(text, "ELB", "Instance registration is still in progress."),
    "counting": lambda text: view(
        text, "Instance", "Instance has not passed the configured HealthyThreshold number of health checks consecutively."
    ),
    "failing": lambda text: view(
        text, "Instance", "Instance has failed at least the UnhealthyThreshold number of health checks consecutively."
    ),
    "joining": lambda text: re.sub(
        "<TargetHealth>.*?</TargetHealth>",
        "<TargetHealth><State>initial</State><Reason>Elb.RegistrationInProgress</Reason></TargetHealth>", text, flags=re.S,
    ),
    "pages": lambda text: re.sub(
        "(</(?:AutoScalingGroups|LoadBalancerDescriptions|TargetGroups)>)",
        r"\1<NextToken>again</NextToken><NextMarker>again</NextMarker>", text,
    ),
}
ERRORS = {
    "denied": (403, "AccessDenied", "User: arn:aws:iam::123456789012:user/ci is not authorized"),
    "expired": (403, "ExpiredToken", "The security token included in the request is expired"),
    "throttled": (400, "Throttling", "Rate exceeded"),
    "unavailable": (503, "ServiceUnavailable", "try later"),
}


def view(text, code, description):
    """The second instance of a Classic Load Balancer out of service."""
    head, _, tail = text.rpartition("<State>InService</State>")
    if not head:
        return text
    tail = tail.replace("<ReasonCode>N/A", "<ReasonCode>" + code).replace("<Description>N/A", "<Description>" + description)
    return head + "<State>OutOfService</State>" + tail


def capacity(text, wanted):
    return re.sub("(<DesiredCapacity>)[0-9]+", lambda found: found[1] + wanted, text)


class Endpoint(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        action = urllib.parse.parse_qs(body)["Action"][0]
        wish, _, when = self.path.strip("/").partition(",")
        fault, _, only = wish.partition("@")
        # Each test has its own endpoint (a number may follow), so its first questions are the first of its path.
        asked[self.path, action] += 1
        is_early = asked[self.path, action] <= 3
        if (only and only != action) or (when[:5] == "later" and is_early) or (when[:5] == "first" and not is_early):
            fault = "none"
        self.close_connection = True
        try:
            self.misbehave(fault, action)
        except OSError:
            pass

    def misbehave(self, fault, action):
        if action == "GetCallerIdentity":
            return self.say(200, IDENTITY.encode())
        text = (FIXTURES / GOOD[action]).read_text()
        if fault == "none":
            self.say(200, text.encode())
        elif fault == "dying":
            text = members(text, lambda items: items.replace("InService", "Pending"))
            number = asked[self.path, "DescribeAutoScalingGroups"]
            self.say(200, re.sub("i-[0-9a-f]{12}", lambda found: f"i-{number:012x}", text).encode())
        elif fault in CHANGES:
            self.say(200, CHANGES[fault](text).encode())
        elif fault in ERRORS:
            status, code, words = ERRORS[fault]
            self.say(
                status, f"<ErrorResponse><Error><Code>{code}</Code><Message>{words}</Message></Error></ErrorResponse>".encode()
            )
        elif fault == "empty":
            self.say(200, b"")
        elif fault == "forbidden":
            self.say(403, b"")
        elif fault == "proxy":
            self.say(403, b"<html><h1>Blocked by policy</h1></html>")
        elif fault == "redirect":
            self.say(302, b"", ("Location", "http://127.0.0.1:9/"))
        elif fault == "huge":
            self.say(200, text[:200].encode() + b"<x>" + b"x" * (10 << 20))
        elif fault == "truncated":
            self.say(200, text.encode()[: len(text) // 2])
        elif fault == "cut":
            self.begin(200, len(text))
            self.wfile.write(text.encode()[: len(text) // 2])
        elif fault == "html":
            self.say(200, b"<!DOCTYPE html><title>Sign in</title><p>to the guest network", ("Content-Type", "text/html"))
        elif fault == "other":
            self.say(200, b"<OtherResponse/>")
        elif fault == "latin1":
            self.say(200, text.encode().replace(b"web", b"w\xe9b"))
        elif fault == "doctype":
            grown = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
            self.say(200, (grown + f"<{action}Response>&c;</{action}Response>").encode())
        elif fault == "endless":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"x" * 65536)
        elif fault == "trickle":
            self.begin(200, len(text))
            for byte in text.encode():
                self.wfile.write(bytes([byte]))
                time.sleep(0.3)
        elif fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif fault == "hang":
            time.sleep(options.seconds)
        else:
            sys.exit(f"no such fault: {fault}")

    def say(self, status, body, *fields):
        self.begin(status, len(body), *fields)
        self.wfile.write(body)

    def begin(self, status, length, *fields):
        self.send_response(status)
        for name, value in (("Content-Length", str(length)), *fields):
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


parser = argparse.ArgumentParser()
parser.add_argument("--tls", nargs=2)
parser.add_argument("--seconds", type=float, default=280)
options = parser.parse_args()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
server.daemon_threads = True
if options.tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*options.tls)
    server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("port", server.server_port, flush=True)
time.sleep(options.seconds)
os._exit(0)
