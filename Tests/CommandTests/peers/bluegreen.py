"""Makes with boto3 what terraform/main.tf makes, where there is no Terraform.

usage: bluegreen.py ENDPOINT
"""

import sys

import boto3


def client(name):
    return boto3.client(name, region_name="eu-west-1", endpoint_url=sys.argv[1])


ec2, scaling, elb, elbv2 = client("ec2"), client("autoscaling"), client("elb"), client("elbv2")
vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
subnets = {
    subnet["AvailabilityZone"]: subnet["SubnetId"]
    for subnet in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
}
elb.create_load_balancer(
    LoadBalancerName="web",
    Subnets=[subnets["eu-west-1a"], subnets["eu-west-1b"]],
    Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 80}],
)
elb.configure_health_check(
    LoadBalancerName="web",
    HealthCheck={
        "Target": "HTTP:80/health", "Interval": 15, "Timeout": 5,
        "HealthyThreshold": 2, "UnhealthyThreshold": 10,
    },
)
groups = {}
for colour, image, zone in (("blue", "ami-12c6146b", "eu-west-1a"), ("green", "ami-1e749f67", "eu-west-1b")):
    groups[colour] = elbv2.create_target_group(
        Name=f"web-{colour}", Port=80, Protocol="HTTP", VpcId=vpc, HealthCheckPath="/health",
        HealthCheckIntervalSeconds=15, HealthCheckTimeoutSeconds=5, HealthyThresholdCount=2,
        UnhealthyThresholdCount=10, Matcher={"HttpCode": "200-299"},
    )["TargetGroups"][0]["TargetGroupArn"]
    ec2.create_launch_template(
        LaunchTemplateName=f"web-{colour}", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"}
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=colour, MinSize=0, MaxSize=4, DesiredCapacity=2,
        LaunchTemplate={"LaunchTemplateName": f"web-{colour}", "Version": "1"},
        VPCZoneIdentifier=subnets[zone], TargetGroupARNs=[groups[colour]],
    )
balancer = elbv2.describe_load_balancers(Names=["web"])["LoadBalancers"][0]["LoadBalancerArn"]
elbv2.create_listener(
    LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
    DefaultActions=[{
        "Type": "forward",
        "ForwardConfig": {"TargetGroups": [
            {"TargetGroupArn": groups["blue"], "Weight": 100},
            {"TargetGroupArn": groups["green"], "Weight": 0},
        ]},
    }],
)
