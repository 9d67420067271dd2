"""Lambda's runtime API with one event, of CodeDeploy or of ECS, and CodeDeploy's own API for the answer.

usage: lambda.py

Each first GET of .../invocation/next gets the event of a lifecycle hook (of ECS's after a GET of /ecs), the next one 410, which ends the runtime's
loop; and so on. /seen has what was answered: the hook's status, and the function's response. Prints "port N"; ends by
itself after 120 seconds.
"""

import http.server
import json
import threading
import time

RUNTIME = "/2018-06-01/runtime/invocation/"
OF_CODEDEPLOY = {"DeploymentId": "d-ABCDEF123", "LifecycleEventHookExecutionId": "eyJlbmMi"}
OF_ECS = {
    "executionId": "0a1b2c3d",
    "lifecycleStage": "POST_TEST_TRAFFIC_SHIFT",
    "resourceArn": "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/web/EZe5RNVLH6PPzHXINuP28",
}
seen, asked, event = {}, 0, OF_CODEDEPLOY


class Lambda(http.server.BaseHTTPRequestHandler):
    def answer(self, status, value, headers=()):
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        global asked, event
        if self.path == "/seen":
            self.answer(200, seen)
        elif self.path == "/ecs":
            event = OF_ECS
            self.answer(200, {})
        elif self.path == RUNTIME + "next":
            asked += 1
            if asked % 2:
                seen.clear()
                self.answer(200, event, [("Lambda-Runtime-Aws-Request-Id", "8476a536")])
            else:
                self.answer(410, {})
        else:
            self.answer(404, {})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        action = self.headers.get("X-Amz-Target", "")
        if action == "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus":
            seen["hook"] = body
            self.answer(200, {"lifecycleEventHookExecutionId": body["lifecycleEventHookExecutionId"]})
        elif self.path == RUNTIME + "8476a536/response":
            seen["response"] = body
            self.answer(202, {"status": "OK"})
        elif self.path == RUNTIME + "8476a536/error":
            seen["error"] = body
            self.answer(202, {"status": "OK"})
        else:
            self.answer(404, {})

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lambda)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"port {server.server_port}", flush=True)
time.sleep(120)
