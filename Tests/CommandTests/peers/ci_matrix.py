"""Runs a workflow of GitHub Actions or a pipeline of GitLab, as far as the recipes use them: matrix jobs, artifacts,
needs and stages, variables, what runs after a failure or always, and which failure fails the whole. Needs PyYAML.

usage: ci_matrix.py github|gitlab CHECKOUT STORE [--revision R] [--lost ZONE]... [--env ZONE NAME VALUE]... [--rerun]

CHECKOUT is copied for each job. Artifacts are kept under STORE; with --rerun those of an earlier attempt are still there,
and only what failed then is run again. A lost ZONE's runner goes away before it has done anything. Prints a line a job:
{"job", "zone", "result"}.
"""

import argparse
import concurrent.futures
import glob
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import yaml

parser = argparse.ArgumentParser()
parser.add_argument("system", choices=["github", "gitlab"])
parser.add_argument("checkout", type=pathlib.Path)
parser.add_argument("store", type=pathlib.Path)
parser.add_argument("--revision", default="v42")
parser.add_argument("--lost", action="append", default=[])
parser.add_argument("--env", action="append", nargs=3, default=[])
parser.add_argument("--rerun", action="store_true")
options = parser.parse_args()
options.store.mkdir(parents=True, exist_ok=True)
earlier = options.store / "results.json"
done = json.loads(earlier.read_text()) if options.rerun else {}
results = {job: dict(zones) for job, zones in done.items()}


def shell(script, folder, zone, variables):
    environment = {**os.environ, **variables, **{name: value for where, name, value in options.env if where == zone}}
    status = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=folder, env=environment, stdout=sys.stderr).returncode
    if status == -signal.SIGKILL:
        raise RunnerIsGone
    return status == 0


class RunnerIsGone(Exception):
    """Killed with all that it ran: nothing of its job comes after it."""


def combinations(matrix):
    return [dict(zip(matrix, values)) for values in itertools.product(*matrix.values())] if matrix else [{}]


def note(job, zone, result):
    results.setdefault(job, {})[zone or ""] = result
    print(json.dumps({"job": job, "zone": zone, "result": result}), flush=True)


def at_once(jobs):
    """The results of functions, which run at the same time, as the jobs of a matrix do."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return [future.result() for future in [pool.submit(job) for job in jobs]]


def is_wanted(job, zone):
    return done.get(job, {}).get(zone or "") != "success"


def copied(folder):
    shutil.copytree(options.checkout, folder, dirs_exist_ok=True, symlinks=True)


# --- GitHub Actions ---


def value(expression, context, failed):
    """An expression of a workflow: names with dots, the functions of `if`, &&, ||, ! and ==."""
    functions = {"always()": "True", "cancelled()": "False", "failure()": str(failed), "success()": str(not failed)}
    text = expression.strip().removeprefix("${{").removesuffix("}}").strip()
    for function, word in functions.items():
        text = text.replace(function, word)
    text = text.replace("&&", " and ").replace("||", " or ").replace("!", " not ")
    text = re.sub(r"\b([a-z]+(?:\.[A-Za-z_-]+)+)\b", lambda name: repr(context.get(name[1], "")), text)
    return eval(text.strip(), {"__builtins__": {}})


def filled(text, context):
    return re.sub(r"\$\{\{ *([^}]*?) *\}\}", lambda found: str(value(found[1], context, False)), text)


def applies(condition, context, failed):
    if condition is None:
        return not failed
    wanted = value(condition, context, failed)
    # Without a function of these, success() is meant as well.
    return bool(wanted) and (re.search(r"\b(always|cancelled|failure|success)\(\)", condition) is not None or not failed)


def step(one, folder, zone, context):
    inputs = {name: filled(text, context) if isinstance(text, str) else text for name, text in one.get("with", {}).items()}
    match one.get("uses", "").split("@")[0]:
        case "actions/checkout":
            copied(folder)
        case "actions/upload-artifact":
            place = options.store / "artifacts" / inputs["name"]
            if place.exists() and not inputs.get("overwrite"):
                return False
            shutil.rmtree(place, ignore_errors=True)
            if (folder / inputs["path"]).exists():
                shutil.copytree(folder / inputs["path"], place)
        case "actions/download-artifact":
            for artifact in glob.glob(str(options.store / "artifacts" / inputs["pattern"])):
                place = folder / inputs["path"]
                shutil.copytree(artifact, place if inputs["merge-multiple"] else place / os.path.basename(artifact), dirs_exist_ok=True)
        case "":
            output = folder / ".output"
            good = shell(filled(one["run"], context), folder, zone, {**context["env"], "GITHUB_OUTPUT": str(output)})
            if "id" in one and output.exists():
                for line in output.read_text().splitlines():
                    name, _, text = line.partition("=")
                    context[f"steps.{one['id']}.outputs.{name}"] = text
            return good
        case other:
            sys.exit(f"ci_matrix: no {other} here")
    return True


def github_job(name, job, one, outputs):
    zone, context = one.get("zone"), {**outputs, **{f"matrix.{key}": text for key, text in one.items()}}
    if zone in options.lost:
        return "failure"
    result = "success"
    with tempfile.TemporaryDirectory() as folder:
        try:
            for part in job["steps"]:
                if applies(part.get("if"), context, result == "failure") and not step(part, pathlib.Path(folder), zone, context):
                    result = "failure"
        except RunnerIsGone:
            result = "failure"
    for output, text in job.get("outputs", {}).items():
        outputs[f"needs.{name}.outputs.{output}"] = filled(text, context)
    return result


def github():
    workflow = yaml.safe_load((options.checkout / ".github/workflows/deploy.yml").read_text())
    outputs = {"github.sha": options.revision, "github.run_id": "7001", "github.run_attempt": "1"}
    outputs["env"] = {name: filled(text, outputs) for name, text in workflow.get("env", {}).items()}
    bad, skipped = set(), set()
    for name, job in workflow["jobs"].items():
        needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        failed = any(need in bad | skipped for need in needs)
        if not applies(job.get("if"), outputs, failed):
            # Who needs one that was skipped is skipped too.
            skipped.add(name)
            note(name, None, "skipped")
            continue
        ones = [one for one in combinations(job.get("strategy", {}).get("matrix")) if is_wanted(name, one.get("zone"))]
        for one, result in zip(ones, at_once([lambda one=one: github_job(name, job, one, outputs) for one in ones])):
            note(name, one.get("zone"), result)
            if result == "failure" and not job.get("continue-on-error"):
                bad.add(name)
    return bad


# --- GitLab ---


def gitlab_job(name, job, one, before, variables):
    zone = one.get("ZONE")
    if zone in options.lost:
        return "failure"
    place = options.store / "artifacts" / f"{name} {zone}"
    with tempfile.TemporaryDirectory() as folder:
        copied(folder)
        # The artifacts of all jobs of earlier stages, into the same folder.
        for other in before:
            for artifact in glob.glob(str(options.store / "artifacts" / f"{other} *")):
                shutil.copytree(artifact, folder, dirs_exist_ok=True)
        variables = {**variables, **one, "CI_COMMIT_SHA": options.revision}
        try:
            good = shell("\n".join(job["script"]), folder, zone, variables)
            # What becomes of it changes nothing.
            shell("\n".join(job.get("after_script", [])), folder, zone, variables)
        except RunnerIsGone:
            return "failure"
        kept = job.get("artifacts", {})
        if kept and (good or kept.get("when") == "always"):
            shutil.rmtree(place, ignore_errors=True)
            for path in kept["paths"]:
                source, goal = pathlib.Path(folder, path.rstrip("/")), place / path.rstrip("/")
                goal.parent.mkdir(parents=True, exist_ok=True)
                if source.is_dir():
                    shutil.copytree(source, goal)
                elif source.exists():
                    shutil.copy(source, goal)
    return "success" if good else "failure"


def gitlab():
    pipeline = yaml.safe_load((options.checkout / ".gitlab-ci.yml").read_text())
    stages, failed = pipeline.pop("stages"), False
    variables = {name: text.replace("$CI_PIPELINE_ID", "7001") for name, text in pipeline.pop("variables", {}).items()}
    for stage in stages:
        failing = failed
        for name, job in pipeline.items():
            if job["stage"] != stage:
                continue
            when = job.get("when", "on_success")
            if when != "always" and (when == "on_failure") != failed:
                note(name, None, "skipped")
                continue
            matrix = [one for part in job.get("parallel", {}).get("matrix", [{}]) for one in combinations(part)]
            ones = [one for one in matrix if is_wanted(name, one.get("ZONE"))]
            before = [other for other, its in pipeline.items() if stages.index(its["stage"]) < stages.index(stage)]
            for one, result in zip(ones, at_once([lambda one=one: gitlab_job(name, job, one, before, variables) for one in ones])):
                note(name, one.get("ZONE"), result)
                if result == "failure" and not job.get("allow_failure"):
                    failing = True
        failed = failing
    return failed


broken = {"github": github, "gitlab": gitlab}[options.system]()
earlier.write_text(json.dumps(results))
sys.exit(1 if broken else 0)
