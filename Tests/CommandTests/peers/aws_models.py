"""Walks the models of the APIs that are asked, and compares them with the table in docs/aws.md and with the sources.

usage: aws_models.py ROOT       with a Python that has awscli or boto3

A field, state or attribute that the table lacks, one that no model has, and one that is said to be read and is in no source
are each a line of the output.
"""

import gzip
import importlib
import json
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
try:
    botocore = importlib.import_module("awscli.botocore")
except ImportError:
    botocore = importlib.import_module("botocore")
data = pathlib.Path(botocore.__file__).parent / "data"
VERSIONS = {
    "autoscaling": "2011-01-01", "elb": "2012-06-01", "elbv2": "2015-12-01", "cloudwatch": "2010-08-01",
    "ec2": "2016-11-15",
}


def shapes(service):
    path = data / service / VERSIONS[service] / "service-2.json"
    text = path.read_bytes() if path.exists() else gzip.decompress(path.with_suffix(".json.gz").read_bytes())
    return json.loads(text)["shapes"]


def names(shape, name):
    """The members of a structure, the values of an enumeration, the keys that a text explains."""
    if "members" in shape:
        return set(shape["members"])
    if "enum" in shape:
        return set(shape["enum"])
    return set(re.findall(r"<code>([a-z_0-9]+\.[a-z_0-9.]+)</code>", shape["documentation"])) - {"unhealthy.draining"}


problems = []
rows = re.findall(r"^\| (\w+) `(\w+)` \|(.*)\|(.*)\|(.*)\|$", (root / "docs/aws.md").read_text(), re.M)
if len(rows) < 15:
    problems.append(f"docs/aws.md has {len(rows)} rows of structures")
source = "\n".join(path.read_text() for path in (root / "Sources/InstanceSources/AWS").rglob("*.swift"))
models = {service: shapes(service) for service in VERSIONS}
for service, structure, read, unhonored, other in rows:
    shape = models[service].get(structure)
    if shape is None:
        problems.append(f"{service} has no {structure}")
        continue
    if structure == "TargetGroupAttributeKey" and "documentation" not in shape:
        shape = models[service]["TargetGroupAttribute"]["members"]["Key"]
    told = [re.findall(r"`([^`]+)`", column) for column in (read, unhonored, other)]
    # What is said of them beside: whose semantics hold.
    told[0] = [name for name in told[0] if (name, structure) not in {("alb", "ProtocolEnum"), ("nlb", "ProtocolEnum")}]
    there = names(shape, structure)
    listed = sum(told, [])
    problems += [f"{service} {structure}.{name} is not in docs/aws.md" for name in sorted(there - set(listed))]
    problems += [f"{service} {structure}.{name} of docs/aws.md is in no model" for name in sorted(set(listed) - there)]
    problems += [f"{service} {structure}.{name} is there twice" for name in set(listed) if listed.count(name) > 1]
    if "members" in shape or structure == "TargetGroupAttributeKey":
        problems += [
            f"{service} {structure}.{name} is said to be read, and is not" for name in told[0] + told[1]
            if f'"{name}"' not in source
        ]
print("\n".join(problems))
sys.exit(1 if problems else 0)
