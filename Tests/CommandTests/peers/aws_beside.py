"""Gives the same variables and files to healthgate and to the aws command, and compares who asks and where.

usage: aws_beside.py HEALTHGATE COUNT SEED      with a Python that has awscli

Both are sent to an AWS on loopback that notes the key and the region of each signature. A combination is made from the
seed; for each that differs a line says what it was and what came. Prints 'same N, meant N, different N'.
Differences that are meant are those of docs/aws.md.
"""

import http.server
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import awscli.clidriver

healthgate, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
FAR = "2099-01-01T00:00:00Z"
asked = []


class AWS(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body, kind="text/xml"):
        body = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self):
        self.reply(200, "token", "text/plain")

    def do_GET(self):
        if self.path.endswith("/security-credentials/"):
            self.reply(200, "role", "text/plain")
        elif "/latest/" in self.path and "/security-credentials/" not in self.path:
            self.reply(404, "", "text/plain")
        else:
            key = "AKIACONTAINER" if self.path.startswith("/container") else "AKIAINSTANCE"
            self.reply(200, json.dumps({
                "Code": "Success", "LastUpdated": "2020-01-01T00:00:00Z", "Type": "AWS-HMAC", "AccessKeyId": key,
                "SecretAccessKey": "s", "Token": "t", "Expiration": FAR}), "application/json")

    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        action = form["Action"]
        signed = re.search(r"Credential=([^/]*)/\d*/([^/]*)/", self.headers.get("Authorization", ""))
        key, region = signed.groups() if signed else ("unsigned", "")
        if action.startswith("AssumeRole"):
            # Who took the role on, and where, is told by the key of the role.
            asked.append((action, key, region))
            role = form["RoleArn"].rsplit("/", 1)[-1]
            where = region.replace("-", "")
            inner = (f"<Credentials><AccessKeyId>ASIA{role}BY{key}IN{where}</AccessKeyId><SecretAccessKey>s"
                     f"</SecretAccessKey><SessionToken>t</SessionToken><Expiration>{FAR}</Expiration></Credentials>"
                     f"<AssumedRoleUser><Arn>{form['RoleArn']}</Arn><AssumedRoleId>A:b</AssumedRoleId></AssumedRoleUser>")
        else:
            asked.append((action, key, region))
            inner = "<AutoScalingGroups/>"
        self.reply(200, f"<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), AWS)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
here = f"http://127.0.0.1:{server.server_port}"
folder = pathlib.Path(tempfile.mkdtemp())


def keys(name):
    return f"aws_access_key_id = AKIA{name}\naws_secret_access_key = s3cr3t{name}\n"


PROFILES = {
    "none": "",
    "keys": keys("CONFIG"),
    "token": keys("CONFIG") + "aws_session_token = t\n",
    "role": "role_arn = arn:aws:iam::2:role/R\nsource_profile = base\n",
    "named": "role_arn = arn:aws:iam::2:role/R\nsource_profile = base\nrole_session_name = job\nexternal_id = xyz\nduration_seconds = 900\n",
    "chain": "role_arn = arn:aws:iam::2:role/R\nsource_profile = middle\n",
    "itself": "role_arn = arn:aws:iam::2:role/R\nsource_profile = p\n" + keys("OWN"),
    "circle": "role_arn = arn:aws:iam::2:role/R\nsource_profile = p\n",
    "gone": "role_arn = arn:aws:iam::2:role/R\nsource_profile = nowhere\n",
    "alone": "role_arn = arn:aws:iam::2:role/R\n",
    "two": "role_arn = arn:aws:iam::2:role/R\nsource_profile = base\ncredential_source = Environment\n",
    "environment": "role_arn = arn:aws:iam::2:role/R\ncredential_source = Environment\n",
    "instance": "role_arn = arn:aws:iam::2:role/R\ncredential_source = Ec2InstanceMetadata\n",
    "container": "role_arn = arn:aws:iam::2:role/R\ncredential_source = EcsContainer\n",
    "web": f"role_arn = arn:aws:iam::2:role/W\nweb_identity_token_file = {folder}/token\n",
    "halfweb": f"web_identity_token_file = {folder}/token\n",
    "process": f"credential_process = /bin/cat {folder}/process.json\n",
    "both": keys("CONFIG") + f"credential_process = /bin/cat '{folder}/process.json'\n",
    "broken": "credential_process = /bin/false\n",
    "version2": f"credential_process = /bin/cat {folder}/process2.json\n",
    "halfkey": "aws_access_key_id = AKIAHALF\n",
    "viaweb": "role_arn = arn:aws:iam::2:role/R\nsource_profile = webbed\n",
    "viaprocess": "role_arn = arn:aws:iam::2:role/R\nsource_profile = processed\n",
    "viakeysandrole": "role_arn = arn:aws:iam::2:role/R\nsource_profile = keyed\n",
}
OTHERS = (
    "[profile base]\n" + keys("BASE") + "[profile middle]\nrole_arn = arn:aws:iam::2:role/M\nsource_profile = base\n"
    + f"[profile webbed]\nrole_arn = arn:aws:iam::2:role/V\nweb_identity_token_file = {folder}/token\n"
    + f"[profile processed]\ncredential_process = /bin/cat {folder}/process.json\n"
    + "[profile keyed]\nrole_arn = arn:aws:iam::2:role/K\nsource_profile = base\n" + keys("KEYED"))


def combination(random):
    """Variables, the config file, the credentials file, and what was picked."""
    pick = {
        "keys": random.choice(["none"] * 5 + ["both", "token", "key", "secret", "blank"]),
        "profile": random.choice(["AWS_PROFILE"] * 5 + ["AWS_DEFAULT_PROFILE", "none", "two", "missing", "empty"]),
        "kind": random.choice(list(PROFILES)),
        "file": random.choice(["none"] * 4 + ["p", "default", "half", "base"]),
        "default": random.choice(["none", "keys", "region"]),
        "web": random.choice(["none"] * 5 + ["both", "token", "role", "nofile"]),
        "container": random.choice(["none", "none", "full"]),
        "instance": random.choice(["off", "on"]),
        "region": random.choice(["AWS_REGION", "AWS_DEFAULT_REGION", "both", "profile", "profile", "other"]),
        "odd": random.choice(["none"] * 6 + ["comment", "quote", "crlf", "case"]),
    }
    env = {"AWS_ENDPOINT_URL": here + "/", "HOME": str(folder), "PATH": os.environ["PATH"],
           "AWS_CONFIG_FILE": f"{folder}/config", "AWS_SHARED_CREDENTIALS_FILE": f"{folder}/credentials",
           "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_SERVICE_ENDPOINT": here + "/"}
    if pick["keys"] in ("both", "token", "key"):
        env["AWS_ACCESS_KEY_ID"] = "AKIAENV"
    if pick["keys"] in ("both", "token", "secret"):
        env["AWS_SECRET_ACCESS_KEY"] = "s3cr3tenv"
    if pick["keys"] == "token":
        env["AWS_SESSION_TOKEN"] = "t"
    if pick["keys"] == "blank":
        env |= {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    match pick["profile"]:
        case "missing": env["AWS_PROFILE"] = "nobody"
        case "empty": env["AWS_PROFILE"] = ""
        case "two": env |= {"AWS_PROFILE": "p", "AWS_DEFAULT_PROFILE": "base"}
        case "none": pass
        case name: env[name] = "p"
    if pick["web"] in ("both", "token", "nofile"):
        env["AWS_WEB_IDENTITY_TOKEN_FILE"] = f"{folder}/" + ("gone" if pick["web"] == "nofile" else "token")
    if pick["web"] in ("both", "role", "nofile"):
        env["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/ENVROLE"
    if pick["container"] == "full":
        env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = here + "/container"
    if pick["instance"] == "off":
        env["AWS_EC2_METADATA_DISABLED"] = "true"
    if pick["region"] in ("AWS_REGION", "both"):
        env["AWS_REGION"] = "eu-west-1"
    if pick["region"] in ("AWS_DEFAULT_REGION", "both"):
        env["AWS_DEFAULT_REGION"] = "eu-west-3"
    region = "region = ap-south-1\n" if pick["region"] == "profile" else ""
    config = f"[default]\n{region}" + (keys("DEFAULT") if pick["default"] == "keys" else "")
    if pick["default"] == "region" and not region:
        config += "region = sa-east-1\n"
    config += f"[profile p]\n{region}{PROFILES[pick['kind']]}{OTHERS}"
    if pick["odd"] == "comment":
        config = "# one\n; two\n\n" + config
    if pick["odd"] == "quote":
        config += '[profile "missing end quote]\nregion = x\n'
    if pick["odd"] == "crlf":
        config = config.replace("\n", "\r\n")
    if pick["odd"] == "case":
        config = config.replace("aws_access_key_id", "AWS_ACCESS_KEY_ID")
    credentials = {
        "none": "", "p": "[p]\n" + keys("FILE"), "default": "[default]\n" + keys("FILEDEFAULT"),
        "half": "[p]\naws_access_key_id = AKIAHALFFILE\n", "base": "[base]\n" + keys("FILEBASE"),
    }[pick["file"]]
    return env, config, credentials, pick


def outcome():
    """Who asked for the group, and in which region; nobody, if nobody did."""
    found = [(key, region) for action, key, region in asked if action == "DescribeAutoScalingGroups"]
    return found[0] if found else ("nobody", "")


def by_healthgate(env):
    asked.clear()
    ended = subprocess.run(
        [healthgate, "run", "--asg", "web", "--target", "HTTP:80/", "--format", "json"],
        env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    return outcome(), ended.returncode, ended.stderr.splitlines()[:1]


def by_aws(env):
    asked.clear()
    # A variable that is empty is not set, to all but version 1's AWS_PROFILE.
    env = {name: value for name, value in env.items() if value}
    # Where the command keeps its own models.
    env["AWS_DATA_PATH"] = os.environ["AWS_DATA_PATH"]
    # As version 2 has it, and every SDK.
    if "AWS_REGION" in env:
        env["AWS_DEFAULT_REGION"] = env["AWS_REGION"]
    if env.get("AWS_PROFILE"):
        env["AWS_DEFAULT_PROFILE"] = env["AWS_PROFILE"]
    said = open(folder / "said", "w+")
    child = os.fork()
    if child == 0:
        os.environ.clear()
        os.environ.update(env)
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        sys.argv = ["aws"]
        status = 1
        try:
            status = awscli.clidriver.create_clidriver().main(
                ["autoscaling", "describe-auto-scaling-groups", "--auto-scaling-group-names", "web"])
        except BaseException as error:
            print(repr(error))
        finally:
            sys.stdout.flush()
            os._exit(status)
    _, status = os.waitpid(child, 0)
    said.seek(0)
    return outcome(), os.waitstatus_to_exitcode(status), said.read().strip().splitlines()[-1:]


def meant(pick, ours, theirs):
    """Why these two may differ; nothing, if they may not."""
    if pick["keys"] == "secret" and ours[0] == "nobody":
        return "half a pair"
    return ""


(folder / "token").write_text("jwt\n")
document = {"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "s", "SessionToken": "t"}
(folder / "process.json").write_text(json.dumps(document))
(folder / "process2.json").write_text(json.dumps(document | {"Version": 2}))
tally = {"same": 0, "meant": 0, "different": 0}
chance = random.Random(seed)
identities = set()
for number in range(count):
    env, config, credentials, pick = combination(chance)
    (folder / "config").write_text(config, newline="")
    (folder / "credentials").write_text(credentials, newline="")
    # The aws command keeps the credentials of roles in its home.
    shutil.rmtree(folder / ".aws", ignore_errors=True)
    theirs, their_status, their_words = by_aws(env)
    ours, our_status, our_words = by_healthgate(env)
    identities.add(ours)
    reason = meant(pick, ours, theirs)
    kind = "same" if ours == theirs else "meant" if reason else "different"
    tally[kind] += 1
    right = our_status == 69 if ours[0] != "nobody" else our_status in (69, 77)
    if kind == "different" or not right:
        print(f"combination {number} of seed {seed}: {pick}\n  aws {theirs} {their_status} {their_words}\n"
              f"  healthgate {ours} {our_status} {our_words}", flush=True)
        tally["different"] += kind != "different"
print(", ".join(f"{name} {number}" for name, number in tally.items()) + f", identities {len(identities)}")
