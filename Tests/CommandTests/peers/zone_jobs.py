"""What the stand-ins for kubectl and nomad share: jobs of several parts, each of which really runs its command.

usage: zone_jobs.py set-env NAME=VALUE... <MANIFEST        kubectl set env --local
       zone_jobs.py create <MANIFEST                       kubectl create: starts the pods, prints the name
       zone_jobs.py job json|completions                   kubectl get job
       zone_jobs.py logs INDEX [LINES]                     kubectl logs --selector
       zone_jobs.py dispatch NAME=VALUE...                 nomad job dispatch: starts the allocations, prints the id
       zone_jobs.py allocs                                 nomad job allocs -json
       zone_jobs.py fs ALLOCATION PATH                     nomad alloc fs

All state is in the folder $STUB. Its zones.json says what is special: {"zones": how many there are (3), "lost": [indexes that
go away with their node], "env": {index: {variable: value}}}. Needs PyYAML for Kubernetes.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

STUB = pathlib.Path(os.environ["STUB"])


def special():
    path = STUB / "zones.json"
    return json.loads(path.read_text()) if path.exists() else {}


def start(index, command, variables, log):
    """Runs a part in the background; its status is in part-INDEX when it has ended."""
    if index >= special().get("zones", 3):
        return
    if index in special().get("lost", []):
        (STUB / f"part-{index}").write_text("lost")
        return
    environment = {**os.environ, **variables, **special().get("env", {}).get(str(index), {})}
    (STUB / f"started-{index}").touch()
    subprocess.Popen(
        ["sh", "-c", '"$@"; echo $? >"$0.new"; mv "$0.new" "$0"', str(STUB / f"part-{index}"), "timeout", "60", *command],
        cwd=STUB, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)


def status(index):
    """None while it runs, or waits for a zone of its own."""
    path = STUB / f"part-{index}"
    return path.read_text().strip() if path.exists() else None


def is_running(index):
    return (STUB / f"started-{index}").exists() and status(index) is None


# --- Kubernetes ---


def set_env(*pairs):
    import yaml

    manifest = yaml.safe_load(sys.stdin)
    for container in manifest["spec"]["template"]["spec"]["containers"]:
        for pair in pairs:
            name, _, value = pair.partition("=")
            container["env"] = [one for one in container.get("env", []) if one["name"] != name] + [{"name": name, "value": value}]
    print(yaml.safe_dump(manifest))


def create():
    import yaml

    manifest = yaml.safe_load(sys.stdin)
    (STUB / "job.json").write_text(json.dumps(manifest))
    spec = manifest["spec"]
    pod = spec["template"]["spec"]
    container = pod["containers"][0]
    for index in range(min(spec["completions"], spec["parallelism"])):
        variables = {"JOB_COMPLETION_INDEX": str(index)}
        for one in container["env"]:
            if "valueFrom" in one:
                secret = one["valueFrom"]["secretKeyRef"]
                variables[one["name"]] = (STUB / f"secret-{secret['name']}" / secret["key"]).read_text()
            else:
                variables[one["name"]] = one["value"]
        paths = {"/dev/termination-log": str(STUB / f"termination-{index}")}
        for mount in container["volumeMounts"]:
            volume = next(volume for volume in pod["volumes"] if volume["name"] == mount["name"])
            paths[mount["mountPath"] + "/"] = f"{STUB}/configmap-{volume['configMap']['name']}/"
        arguments = container["args"]
        for path, place in paths.items():
            arguments = [argument.replace(path, place) for argument in arguments]
        # Both streams of a container are its log.
        with open(STUB / f"log-{index}", "wb") as log:
            start(index, container["command"] + arguments, variables, log)
    print(manifest["metadata"]["generateName"] + "x7k2p", end="")


def job(form):
    manifest = json.loads((STUB / "job.json").read_text())
    count = manifest["spec"]["completions"]
    if form == "completions":
        print(count, end="")
        return
    conditions = []
    if not any(is_running(index) for index in range(count)):
        # What never starts is ended by activeDeadlineSeconds: here at once.
        good = all(status(index) == "0" for index in range(count))
        conditions = [{"type": "Complete" if good else "Failed", "status": "True"}]
    print(json.dumps({"spec": manifest["spec"], "status": {"conditions": conditions}}))


def logs(index, lines="10"):
    if not (STUB / f"started-{index}").exists():
        # A pod that never was, or is gone: kubectl finds nothing, and is content.
        print("No resources found in default namespace.", file=sys.stderr)
        return
    text = (STUB / f"log-{index}").read_bytes().splitlines(keepends=True)
    sys.stdout.buffer.write(b"".join(text if lines == "-1" else text[-int(lines):]))


# --- Nomad ---


def dispatch(*pairs):
    meta = dict(pair.split("=", 1) for pair in pairs)
    text = (STUB / "gate.nomad.hcl").read_text()
    arguments = json.loads("[" + re.search(r"\bargs = \[(.*?)\]", text, re.DOTALL)[1] + "]")
    count = int(re.search(r"\bcount = (\d+)", text)[1])
    wanted = json.loads(re.search(r"meta_required = (\[.*\])", text)[1])
    if sorted(wanted) != sorted(meta):
        sys.exit(f"Failed to dispatch job: Unexpected response code: 500 (metadata must be {wanted})")
    for index in range(count):
        allocation = STUB / f"alloc-{index}"
        (allocation / "alloc/data").mkdir(parents=True)
        (allocation / "local").mkdir()
        (allocation / "local/gate.yaml").write_bytes((STUB / "gate.yaml").read_bytes())
        known = {"NOMAD_TASK_DIR": f"{allocation}/local", "NOMAD_ALLOC_DIR": f"{allocation}/alloc",
                 **{f"NOMAD_META_{name}": value for name, value in meta.items()}}
        command = [re.sub(r"\$\{(\w+)\}", lambda name: known[name[1]], argument) for argument in arguments]
        with open(STUB / f"log-{index}", "wb") as log:
            start(index, ["healthgate", *command], known, log)
    print(f"Dispatched Job ID = gate/dispatch-{int(time.time())}-1a2b3c4d\nEvaluation ID     = 9f0a3c3b")


def allocs():
    count = int(re.search(r"\bcount = (\d+)", (STUB / "gate.nomad.hcl").read_text())[1])
    states = {None: "running", "lost": "lost", "0": "complete"}
    print(json.dumps([
        {"ID": f"a000000{index}-0000-0000-0000-000000000000", "Name": f"gate/dispatch-1-1a2b3c4d.gate[{index}]", "CreateIndex": 10 + index,
         "ClientStatus": states.get(status(index), "failed")}
        for index in range(count) if status(index) or is_running(index)]))


def fs(allocation, path):
    file = STUB / f"alloc-{allocation[7]}" / path
    if status(allocation[7]) == "lost" or not file.exists():
        sys.exit(f'Error reading file: Unexpected response code: 500 (stat {path}: no such file or directory)')
    sys.stdout.buffer.write(file.read_bytes())


globals()[sys.argv[1].replace("-", "_")](*sys.argv[2:])
