"""An AWS on loopback, by moto and boto3, whose instances have loopback addresses.

usage: aws.py HEALTH-PORT

There are the Auto Scaling groups `green` and `other` (two instances each, in 127.0.31.0/24 and
127.0.32.0/24), and the Classic Load Balancer `web` (HTTP:HEALTH-PORT/ok, interval 15, timeout 5,
thresholds 2 and 10) that has green's instances. Prints "control N" and "port M". On the control port:

    /addresses/GROUP    the group's private addresses, one a line
    /image/GROUP        the image that its instances run
    /replace/GROUP      ends its first instance; the group starts another

Ends by itself after 180 seconds.
"""

import http.server
import logging
import os
import sys
import threading
import time

os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing")
os.environ.pop("AWS_ENDPOINT_URL", None)

import boto3
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
endpoint = "http://%s:%d" % server.get_host_and_port()


def client(name):
    return boto3.client(name, region_name="eu-west-1", endpoint_url=endpoint)


ec2, scaling, elb = client("ec2"), client("autoscaling"), client("elb")
vpc = ec2.create_vpc(CidrBlock="127.0.0.0/16")["Vpc"]["VpcId"]
images = [image["ImageId"] for image in ec2.describe_images()["Images"][:2]]
elb.create_load_balancer(
    LoadBalancerName="web",
    AvailabilityZones=["eu-west-1a"],
    Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 80}],
)
elb.configure_health_check(
    LoadBalancerName="web",
    HealthCheck={
        "Target": f"HTTP:{sys.argv[1]}/ok", "Interval": 15, "Timeout": 5,
        "HealthyThreshold": 2, "UnhealthyThreshold": 10,
    },
)
for number, (name, image) in enumerate(zip(("green", "other"), images)):
    subnet = ec2.create_subnet(
        VpcId=vpc, CidrBlock=f"127.0.{31 + number}.0/24", AvailabilityZone="eu-west-1a"
    )["Subnet"]["SubnetId"]
    scaling.create_launch_configuration(
        LaunchConfigurationName=name, ImageId=image, InstanceType="t3.micro"
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name, LaunchConfigurationName=name, MinSize=2, MaxSize=4,
        DesiredCapacity=2, VPCZoneIdentifier=subnet,
        LoadBalancerNames=["web"] if name == "green" else [],
    )


def instances(group):
    found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"][0]
    ids = [member["InstanceId"] for member in found["Instances"]]
    reservations = ec2.describe_instances(InstanceIds=ids)["Reservations"]
    return [instance for reservation in reservations for instance in reservation["Instances"]]


class Control(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        verb, group = self.path.strip("/").split("/")
        if verb == "replace":
            first = instances(group)[0]["InstanceId"]
            scaling.terminate_instance_in_auto_scaling_group(
                InstanceId=first, ShouldDecrementDesiredCapacity=False
            )
        field = "ImageId" if verb == "image" else "PrivateIpAddress"
        text = "".join(sorted({instance[field] + "\n" for instance in instances(group)}))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


control = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Control)
threading.Thread(target=control.serve_forever, daemon=True).start()
print(f"control {control.server_port}", flush=True)
print(f"port {server.get_host_and_port()[1]}", flush=True)
time.sleep(180)
