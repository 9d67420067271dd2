"""A real gRPC server (grpcio, grpcio-health-checking). Ends by itself after S seconds (120).

usage: grpc_server.py serving|not-serving|broken|careless [--seconds S]     prints 'port N'

serving, not-serving: grpc.health.v1.Health/Check answers so, with status 0; any other method is
UNIMPLEMENTED (12). Of the services shop.Cart is SERVING there and shop.Search NOT_SERVING, whatever the whole is. broken: Check fails with UNAVAILABLE (14), in a header block without a body.
careless: Check says SERVING of any service, and reflection (grpcio-reflection) is on.
"""

import argparse
import concurrent.futures
import os
import time

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc


class Broken(health_pb2_grpc.HealthServicer):
    def Check(self, request, context):
        context.abort(grpc.StatusCode.UNAVAILABLE, "the database is away")


class Careless(health_pb2_grpc.HealthServicer):
    def Check(self, request, context):
        return health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)


parser = argparse.ArgumentParser()
parser.add_argument("what", choices=["serving", "not-serving", "broken", "careless"])
parser.add_argument("--seconds", type=float, default=280)
options = parser.parse_args()
server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=8))
if options.what == "broken":
    servicer = Broken()
elif options.what == "careless":
    from grpc_reflection.v1alpha import reflection

    servicer = Careless()
    reflection.enable_server_reflection(("grpc.health.v1.Health", reflection.SERVICE_NAME), server)
else:
    servicer = health.HealthServicer()
    states = health_pb2.HealthCheckResponse
    servicer.set("", states.SERVING if options.what == "serving" else states.NOT_SERVING)
    servicer.set("shop.Cart", states.SERVING)
    servicer.set("shop.Search", states.NOT_SERVING)
health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print("port", port, flush=True)
time.sleep(options.seconds)
os._exit(0)
