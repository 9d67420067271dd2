"""An AWS on loopback, by moto and boto3.

usage: aws.py HEALTH-PORT | --account

With a port there are the Auto Scaling groups `green` and `other` (two instances each, on loopback
addresses in 127.0.31.0/24 and 127.0.32.0/24), and the Classic Load Balancer `web` (HTTP:HEALTH-PORT/ok,
interval 15, timeout 5, thresholds 2 and 10) that has green's instances. With --account there are only the
default network and an Application Load Balancer `web`: the rest is for others to make. Prints "control N"
and "port M". On the control port:

    /addresses/GROUP    the private addresses of an Auto Scaling group's instances, one a line
    /image/GROUP        the image that its instances run
    /replace/GROUP      ends its first instance; the group starts another
    /fail/GROUP         from now on the load balancers find its first instance unhealthy
    /mend/GROUP         and now healthy again
    /attach/GROUP       registers it with the Classic Load Balancer `web`
    /alarm/STATE        sets the CloudWatch alarm `web-5xx`, which is OK at first
    /metric/NAME=VALUE  reports a value of a metric of AWS/ApplicationELB, for each of the last ten minutes

    /groups/REGION      each group there: its name, how many instances, its Classic Load Balancers

moto checks no instance: what its load balancers find is always healthy, but for /fail. Ends by itself
after 290 seconds.
"""

import datetime
import http.server
import logging
import os
import sys
import threading
import time

os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing")
os.environ.pop("AWS_ENDPOINT_URL", None)

import boto3
from moto.ec2.models.launch_templates import LaunchTemplateVersion
from moto.elb.responses import ELBResponse
from moto.elbv2.models import FakeTargetGroup
from moto.server import ThreadedMotoServer

failing = set()
seen_by_classic, seen_by_group = ELBResponse.describe_instance_health, FakeTargetGroup.health_for


def classic_view(self):
    view = seen_by_classic(self)
    for state in view.result["InstanceStates"]:
        if state["InstanceId"] in failing:
            state.update(
                State="OutOfService", ReasonCode="Instance",
                Description="Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
            )
    return view


def group_view(self, target, ec2_backend):
    view = seen_by_group(self, target, ec2_backend)
    if target["Id"] in failing:
        view.status, view.reason = "unhealthy", "Target.ResponseCodeMismatch"
        view.description = "Health checks failed with these codes: [502]"
    return view


ELBResponse.describe_instance_health, FakeTargetGroup.health_for = classic_view, group_view
# moto starts no instance from a template's second version, whose absent user data it takes for a mistake.
LaunchTemplateVersion.user_data = property(lambda self: self.data.get("UserData") or None)

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
endpoint = "http://%s:%d" % server.get_host_and_port()


def client(name, region="eu-west-1"):
    return boto3.client(name, region_name=region, endpoint_url=endpoint)


ec2, scaling, elb, watch = client("ec2"), client("autoscaling"), client("elb"), client("cloudwatch")


def make_alarm():
    watch.put_metric_alarm(
        AlarmName="web-5xx", MetricName="HTTPCode_Backend_5XX", Namespace="AWS/ELB", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=10, ComparisonOperator="GreaterThanThreshold",
    )
    watch.set_alarm_state(AlarmName="web-5xx", StateValue="OK", StateReason="few of them")


def make_groups(port):
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
            "Target": f"HTTP:{port}/ok", "Interval": 15, "Timeout": 5,
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


def make_balancer():
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    client("elbv2").create_load_balancer(
        Name="web", Subnets=subnets[:2], Scheme="internal", Type="application"
    )


if sys.argv[1] == "--account":
    make_balancer()
else:
    make_groups(sys.argv[1])
    make_alarm()


def instances(group):
    found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"][0]
    ids = [member["InstanceId"] for member in found["Instances"]]
    reservations = ec2.describe_instances(InstanceIds=ids)["Reservations"]
    return [instance for reservation in reservations for instance in reservation["Instances"]]


def groups(region):
    found = client("autoscaling", region).describe_auto_scaling_groups()["AutoScalingGroups"]
    for group in sorted(found, key=lambda group: group["AutoScalingGroupName"]):
        balancers = ",".join(group["LoadBalancerNames"]) or "-"
        yield f"{group['AutoScalingGroupName']} {len(group['Instances'])} {balancers}\n"


class Control(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        verb, group = self.path.strip("/").split("/")
        if verb == "alarm":
            watch.set_alarm_state(AlarmName="web-5xx", StateValue=group, StateReason=f"set to {group}")
            self.send_response(200)
            self.end_headers()
            return
        if verb == "metric":
            name, value = group.split("=")
            now = datetime.datetime.now(datetime.timezone.utc)
            watch.put_metric_data(Namespace="AWS/ApplicationELB", MetricData=[
                {"MetricName": name, "Value": float(value), "Timestamp": now - datetime.timedelta(seconds=60 * minute + 1),
                 "Dimensions": [{"Name": "TargetGroup", "Value": "targetgroup/web/1"}]}
                for minute in range(10)
            ])
            self.send_response(200)
            self.end_headers()
            return
        if verb == "replace":
            first = instances(group)[0]["InstanceId"]
            scaling.terminate_instance_in_auto_scaling_group(
                InstanceId=first, ShouldDecrementDesiredCapacity=False
            )
        if verb == "fail":
            failing.add(instances(group)[0]["InstanceId"])
        if verb == "mend":
            failing.clear()
        if verb == "attach":
            scaling.attach_load_balancers(AutoScalingGroupName=group, LoadBalancerNames=["web"])
        if verb == "groups":
            text = "".join(groups(group))
        else:
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
time.sleep(290)
