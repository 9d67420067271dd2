"""The part of Consul's HTTP API that a recipe needs, with its check of the token.

usage: consul.py PORT

The service web has two instances of each release, v41 to v43, at 127.0.3.1 and 127.0.3.2 on this port; its
service-resolver can be read and, by check-and-set, written. The token is hush-hush-hush. Prints "port N"; ends by
itself after 120 seconds.
"""

import http.server
import json
import re
import sys
import threading
import time
import urllib.parse

resolver = {
    "Kind": "service-resolver", "Name": "web", "ConnectTimeout": "15s", "DefaultSubset": "v41",
    "Subsets": {"v41": {"Filter": 'Service.Meta.release == "v41"'}}, "CreateIndex": 7, "ModifyIndex": 7,
}


def entry(number, release):
    return {
        "Node": {"Node": f"host-{number}", "Address": f"127.0.3.{number}", "Datacenter": "dc1"},
        # An empty address is that of the node.
        "Service": {
            "ID": f"web-{number}", "Service": "web", "Address": "" if number == 1 else f"127.0.3.{number}",
            "Port": int(sys.argv[1]), "Meta": {"release": release},
        },
        "Checks": [],
    }


class Consul(http.server.BaseHTTPRequestHandler):
    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def understood(self):
        """The path and the query; None after a refusal."""
        if self.headers.get("X-Consul-Token") != "hush-hush-hush":
            self.answer(403, "ACL not found")
            return None, None
        path, _, query = self.path.partition("?")
        return path, urllib.parse.parse_qs(query)

    def do_GET(self):
        path, query = self.understood()
        if path == "/v1/config/service-resolver/web":
            self.answer(200, resolver)
        elif path == "/v1/health/service/web":
            wanted = re.fullmatch(r'Service\.Meta\.release == "(.*)"', query["filter"][0])
            if not wanted:
                self.answer(400, "a filter that is not understood")
            elif wanted[1] in ("v41", "v42", "v43"):
                self.answer(200, [entry(number, wanted[1]) for number in (1, 2)])
            else:
                self.answer(200, [])
        elif path:
            self.answer(404, "not found")

    def do_PUT(self):
        path, query = self.understood()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if path != "/v1/config" or body.get("Kind") != "service-resolver" or body.get("Name") != "web":
            self.answer(400, "not understood")
        elif "cas" in query and int(query["cas"][0]) != resolver["ModifyIndex"]:
            self.answer(200, False)
        else:
            index = resolver["ModifyIndex"] + 1
            resolver.clear()
            resolver.update(body, CreateIndex=7, ModifyIndex=index)
            self.answer(200, True)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Consul)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"port {server.server_port}", flush=True)
time.sleep(120)
