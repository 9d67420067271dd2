"""An AWS on 127.0.0.1 with a target group of two instances, an alarm and an Auto Scaling group that wants no instance.

usage: aws_emulator.py moto|ministack [SECONDS]      prints 'port N', 'control N', ends by itself after SECONDS (280)

By one of two emulators, with boto3. The control port answers GET with a line: /stop and /start (the second instance),
/instances, /arn (the target group's), /alarm/OK, /alarm/ALARM.
"""

import http.server
import os
import signal
import socket
import sys
import threading
import time

kind, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 280
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


port = free_port()
if kind == "moto":
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    ThreadedMotoServer("127.0.0.1", port, verbose=False).start()
else:
    os.environ["GATEWAY_PORT"] = str(port)
    # Its own command listens on all addresses.
    serving = os.fork()
    # Whoever ends this ends the emulator too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if serving == 0:
        os.dup2(2, 1)
        os.execv(sys.executable, [sys.executable, "-m", "hypercorn", "--bind", f"127.0.0.1:{port}", "ministack.app:app"])

import boto3  # noqa: E402


def client(name):
    return boto3.client(
        name, region_name="eu-west-1", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id="testing",
        aws_secret_access_key="testing")


for _ in range(200):
    try:
        client("sts").get_caller_identity()
        break
    except Exception:
        time.sleep(0.1)
ec2, scaling, elbv2, alarms = client("ec2"), client("autoscaling"), client("elbv2"), client("cloudwatch")
vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
image = "ami-12345678" if kind == "ministack" else ec2.describe_images()["Images"][0]["ImageId"]
instances = [
    instance["InstanceId"]
    for instance in ec2.run_instances(
        ImageId=image, MinCount=2, MaxCount=2, InstanceType="t3.micro", SubnetId=subnets[0])["Instances"]
]
arn = elbv2.create_target_group(
    Name="web", Protocol="HTTP", Port=8080, VpcId=vpc, HealthCheckPath="/health", HealthCheckIntervalSeconds=15,
    HealthCheckTimeoutSeconds=5, HealthyThresholdCount=2, UnhealthyThresholdCount=2,
)["TargetGroups"][0]["TargetGroupArn"]
balancer = elbv2.create_load_balancer(Name="alb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
elbv2.create_listener(
    LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}])
elbv2.register_targets(TargetGroupArn=arn, Targets=[{"Id": instance} for instance in instances])
ec2.create_launch_template(LaunchTemplateName="none", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"})
scaling.create_auto_scaling_group(
    AutoScalingGroupName="none", MinSize=0, MaxSize=9, DesiredCapacity=0, AvailabilityZones=["eu-west-1a"],
    LaunchTemplate={"LaunchTemplateName": "none", "Version": "1"})
alarms.put_metric_alarm(
    AlarmName="errors", MetricName="m", Namespace="n", Statistic="Average", Period=60, EvaluationPeriods=1, Threshold=1,
    ComparisonOperator="GreaterThanThreshold")


class Control(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        answer = "done"
        match self.path.strip("/").split("/"):
            case ["stop"]: ec2.stop_instances(InstanceIds=instances[1:])
            case ["start"]: ec2.start_instances(InstanceIds=instances[1:])
            case ["instances"]: answer = " ".join(instances)
            case ["arn"]: answer = arn
            case ["alarm", state]: alarms.set_alarm_state(AlarmName="errors", StateValue=state, StateReason="told")
        body = (answer + "\n").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


control = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Control)
control.daemon_threads = True
threading.Thread(target=control.serve_forever, daemon=True).start()
print(f"port {port}\ncontrol {control.server_port}", flush=True)
try:
    # Ends with whoever started it.
    parent = os.getppid()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and os.getppid() == parent:
        time.sleep(0.2)
finally:
    if kind == "ministack":
        os.kill(serving, 15)
