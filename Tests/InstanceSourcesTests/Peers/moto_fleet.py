"""An AWS on 127.0.0.1 with a blue and a green Auto Scaling group, by moto and boto3.

usage: moto_fleet.py        prints one JSON object, and ends when its standard input does

There are a Classic Load Balancer `web` (HTTP:80/health, 15/5/2/10) with blue's instances, and a
target group `web-green` with green's, behind an Application Load Balancer.
"""

import json
import os
import sys

os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_EC2_METADATA_DISABLED="true")
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
    os.environ.pop(name, None)

import boto3
import logging
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
host, port = server.get_host_and_port()
endpoint = f"http://{host}:{port}"


def client(name):
    return boto3.client(name, region_name="eu-west-1", endpoint_url=endpoint)


ec2, scaling, elb, elbv2 = client("ec2"), client("autoscaling"), client("elb"), client("elbv2")
vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
subnets = [
    ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-west-1{z}")["Subnet"]["SubnetId"]
    for n, z in ((1, "a"), (2, "b"))
]
images = [image["ImageId"] for image in ec2.describe_images()["Images"][:2]]
elb.create_load_balancer(
    LoadBalancerName="web",
    Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 80}],
    Subnets=subnets,
)
elb.configure_health_check(
    LoadBalancerName="web",
    HealthCheck={
        "Target": "HTTP:80/health", "Interval": 15, "Timeout": 5, "HealthyThreshold": 2, "UnhealthyThreshold": 10,
    },
)
balancer = elbv2.create_load_balancer(Name="alb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
group = elbv2.create_target_group(
    Name="web-green", Protocol="HTTP", Port=8080, VpcId=vpc, HealthCheckPath="/health",
    HealthCheckIntervalSeconds=15, HealthCheckTimeoutSeconds=5, HealthyThresholdCount=2, UnhealthyThresholdCount=10,
    Matcher={"HttpCode": "200-299,301"},
)["TargetGroups"][0]["TargetGroupArn"]
elbv2.create_listener(
    LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
    DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
)
for name, image, size in (("blue", images[0], 2), ("green", images[1], 3)):
    ec2.create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"}
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name, MinSize=0, MaxSize=9, DesiredCapacity=size, VPCZoneIdentifier=",".join(subnets),
        LaunchTemplate={"LaunchTemplateName": name, "Version": "1"},
        LoadBalancerNames=["web"] if name == "blue" else [],
        TargetGroupARNs=[group] if name == "green" else [],
        Tags=[{"Key": "Version", "Value": name, "PropagateAtLaunch": True}],
    )
members = {
    found["AutoScalingGroupName"]: [instance["InstanceId"] for instance in found["Instances"]]
    for found in scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
}
addresses = {
    instance["InstanceId"]: instance["PrivateIpAddress"]
    for reservation in ec2.describe_instances()["Reservations"]
    for instance in reservation["Instances"]
}
print(
    json.dumps({"endpoint": endpoint, "members": members, "addresses": addresses, "group": group, "images": images}),
    flush=True,
)
sys.stdin.read()
server.stop()
