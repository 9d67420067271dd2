"""The deployments of ECS and CodeDeploy, as far as the recipes ask for them: both APIs on one port.

usage: deployments.py AWS-ENDPOINT

A GET of /begin/RULE/before and /begin/RULE/after makes the next deployment of ECS one that pauses before, or after, each of its
shifts, as well as before the first; what it shifts are the weights of that listener rule. A GET of /seen has what was called
that changes something. A deployment of CodeDeploy is ready at the third look, and has rerouted at the third look after that it
was told to. Prints "port N"; ends by itself after 280 seconds.
"""

import http.server
import json
import sys
import threading
import time
import urllib.parse

import boto3

elbv2 = boto3.client("elbv2", region_name="eu-west-1", endpoint_url=sys.argv[1])
ARN = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/web/EZe5RNVLH6PPzHXINuP28"
lock = threading.Lock()
seen: list = []
ecs: dict = {}
codedeploy: dict = {}


class Refused(Exception):
    pass


def begin(rule, order):
    shifts = [["pause", 10], ["pause", 100]] if order == "before" else [[10, "pause"], [100, "pause"]]
    seen.clear()
    codedeploy.clear()
    ecs.clear()
    ecs.update(rule=rule, ahead=["pause"] + sum(shifts, []), hook=0, status=None, weight=0)


def set_weight(percent):
    ecs["weight"] = percent
    groups = elbv2.describe_rules(RuleArns=[ecs["rule"]])["Rules"][0]["Actions"][0]["ForwardConfig"]["TargetGroups"]
    if "green" not in ecs:
        ecs["green"] = next(group["TargetGroupArn"] for group in groups if group["Weight"] == 0)
    for group in groups:
        group["Weight"] = percent if group["TargetGroupArn"] == ecs["green"] else 100 - percent
    elbv2.modify_rule(RuleArn=ecs["rule"], Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}])


def go_on():
    """One step at each look, so that nothing is in effect when it has only been accepted."""
    if ecs["status"] == "ROLLBACK_REQUESTED":
        ecs["status"] = "ROLLBACK_IN_PROGRESS"
        set_weight(0)
    elif ecs["status"] == "ROLLBACK_IN_PROGRESS":
        ecs["status"] = "ROLLBACK_SUCCESSFUL"
    elif ecs["status"] == "IN_PROGRESS" and ecs["ahead"] and ecs["ahead"][0] != "pause":
        set_weight(ecs["ahead"].pop(0))
        if ecs["ahead"][:1] == ["pause"]:
            ecs["hook"] += 1
    elif ecs["status"] == "PENDING":
        ecs.update(status="IN_PROGRESS", hook=1)


def is_paused():
    return ecs["status"] == "IN_PROGRESS" and ecs["ahead"][:1] == ["pause"]


def deployment():
    hooks = [{"hookId": f"ecs-pause-{ecs['hook']}", "targetType": "PAUSE", "status": "AWAITING_ACTION", "timeoutAction": "ROLLBACK"}]
    return {
        "serviceDeploymentArn": ARN,
        "status": ecs["status"],
        "targetServiceRevision": {"requestedProductionTrafficWeight": float(ecs["weight"])},
        "lifecycleHookDetails": hooks if is_paused() else [],
    }


def answer(action, given):
    match action:
        case "UpdateService":
            configuration = given["deploymentConfiguration"]
            if configuration["lifecycleHooks"][0]["targetType"] != "PAUSE" or configuration["strategy"] != "CANARY":
                raise Refused("it does not pause")
            ecs["status"] = "PENDING"
            return {"service": {"serviceName": given["service"]}}
        case "ListServiceDeployments":
            return {"serviceDeployments": [{"serviceDeploymentArn": ARN, "status": ecs["status"]}] if ecs["status"] in given["status"] else []}
        case "DescribeServiceDeployments":
            go_on()
            return {"serviceDeployments": [deployment()], "failures": []}
        case "ContinueServiceDeployment":
            if not is_paused() or given["hookId"] != f"ecs-pause-{ecs['hook']}" or given["action"] != "CONTINUE":
                raise Refused("no such hook is waiting")
            ecs["ahead"].pop(0)
            if ecs["ahead"][:1] == ["pause"]:
                ecs["hook"] += 1
            return {"serviceDeploymentArn": ARN}
        case "StopServiceDeployment":
            if ecs["status"] not in ("PENDING", "IN_PROGRESS") or given["stopType"] != "ROLLBACK":
                raise Refused("it cannot be stopped")
            ecs["status"] = "ROLLBACK_REQUESTED"
            return {"serviceDeploymentArn": ARN}
        case "GetDeployment":
            codedeploy["looks"] = codedeploy.get("looks", 0) + 1
            status = codedeploy.setdefault("status", "InProgress")
            if codedeploy["looks"] == 3 and status == "InProgress" and "continued" not in codedeploy:
                codedeploy["status"] = "Ready"
            return {"deploymentInfo": {
                "deploymentId": given["deploymentId"],
                "status": codedeploy["status"],
                "instanceTerminationWaitTimeStarted": "continued" in codedeploy and codedeploy["looks"] >= codedeploy["continued"] + 3,
            }}
        case "ContinueDeployment":
            if codedeploy["status"] != "Ready" or given["deploymentWaitType"] != "READY_WAIT":
                raise Refused("it is not ready")
            codedeploy.update(status="InProgress", continued=codedeploy["looks"])
            return {}
        case "StopDeployment":
            if not given["autoRollbackEnabled"]:
                raise Refused("it would not roll back")
            codedeploy["status"] = "Stopped"
            return {"status": "Succeeded"}
    raise Refused(f"no {action} here")


class API(http.server.BaseHTTPRequestHandler):
    def say(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = urllib.parse.unquote(self.path)
        with lock:
            if path.startswith("/begin/"):
                rule, _, order = path.removeprefix("/begin/").rpartition("/")
                begin(rule, order)
            self.say(200, {"calls": seen, "weight": ecs.get("weight"), "paused": bool(ecs) and is_paused(), "ecs": ecs.get("status"), "codedeploy": codedeploy.get("status")})

    def do_POST(self):
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        action = self.headers["X-Amz-Target"].rpartition(".")[2]
        with lock:
            if not action.startswith(("Get", "List", "Describe")):
                seen.append(action)
            try:
                self.say(200, answer(action, given))
            except Refused as why:
                self.say(400, {"__type": "InvalidParameterException", "message": str(why)})

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), API)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"port {server.server_port}", flush=True)
time.sleep(280)
