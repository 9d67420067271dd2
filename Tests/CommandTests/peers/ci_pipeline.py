#!/usr/bin/env python3
"""Runs one of the files of docs/ci in the current folder, as far as its system would (needs PyYAML but for Jenkins).

usage: ci_pipeline.py SYSTEM FILE

Of each system only what the files use is known: steps in their order, what runs after a failure, conditions, outputs. What
is not known ends with an error, so that no file is taken for run when it was not. The action is run by its script ACTION.
"""
import os
import re
import subprocess
import sys


def run(command, shell=("bash", "-eo", "pipefail"), **variables):
    """Whether it went well, and what it wrote to standard error."""
    done = subprocess.run(
        [*shell, "-c", command], env={**os.environ, **variables}, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    sys.stderr.write(done.stderr)
    return done.returncode == 0, done.stderr


def jenkins(text):
    stages = re.split(r"stage\('", text)[1:]
    for stage in stages:
        steps, _, post = stage.partition("post {")
        failure = post.partition("failure {")[2]
        commands = re.findall(r"sh '((?:[^'\\]|\\.)*)'", steps)
        assert commands, "a stage without a step"
        if all(run(command, ("sh", "-xe"))[0] for command in commands):
            continue
        for command in re.findall(r"sh '((?:[^'\\]|\\.)*)'", failure):
            run(command, ("sh", "-xe"))
        return


def gitlab(document):
    jobs = {name: job for name, job in document.items() if name != "stages"}
    failed = set()
    for stage in document["stages"]:
        for name, job in jobs.items():
            if job["stage"] != stage:
                continue
            wants_failure = {"on_failure": True, "on_success": False}[job.get("when", "on_success")]
            if bool(failed) == wants_failure and not run("\n".join(job["script"]))[0]:
                failed.add(name)


def circleci(document):
    has_failed = False
    for step in document["jobs"]["deploy"]["steps"]:
        step = step.get("run") if isinstance(step, dict) else None
        if step is None:
            continue
        step = {"command": step} if isinstance(step, str) else step
        wants_failure = {"on_fail": True, "on_success": False}[step.get("when", "on_success")]
        if has_failed == wants_failure and not run(step["command"])[0]:
            has_failed = True


def azure(document):
    has_failed, variables = False, {}
    for step in document["steps"]:
        command = step.get("script") or step.get("bash")
        if command is None:
            continue
        condition = step.get("condition", "succeeded()")
        terms = re.fullmatch(r"and\((.*)\)", condition)
        terms = re.split(r", (?=\w+\()", terms[1]) if terms else [condition]
        if not all(azure_term(term, has_failed, variables) for term in terms):
            continue
        command = command.replace("$(Agent.TempDirectory)", os.environ["AGENT_TEMPDIRECTORY"].replace("$", "\\$"))
        went_well, log = run(command)
        for name, value in re.findall(r"##vso\[task\.setvariable variable=(\w+);isOutput=true\](.*)", log):
            variables[f"{step['name']}.{name}"] = value
        has_failed = has_failed or not went_well


def azure_term(term, has_failed, variables):
    if term in ("succeeded()", "failed()", "always()"):
        return {"succeeded()": not has_failed, "failed()": has_failed, "always()": True}[term]
    name, value = re.fullmatch(r"eq\(variables\['([\w.]+)'\], '(\w+)'\)", term).groups()
    return variables.get(name) == value


def github(document):
    has_failed, outputs = False, {}
    for step in document["jobs"]["deploy"]["steps"]:
        condition = step.get("if", "")
        if not re.search(r"\b(failure|always|success)\(\)", condition):
            condition = f"success() && ({condition or 'true'})"
        for name, value in (("failure()", has_failed), ("success()", not has_failed), ("always()", True), ("true", True)):
            condition = condition.replace(name, str(value))
        condition = re.sub(r"steps\.gate\.outputs\.([\w-]+)", lambda name: repr(outputs.get(name[1], "")), condition)
        if not eval(condition.replace("&&", "and").replace("||", "or"), {}):
            continue
        if step.get("uses", "").endswith("/actions/healthgate"):
            open(os.environ["GITHUB_OUTPUT"], "w").close()
            went_well, _ = run('"$ACTION"', CONFIG=step["with"]["config"], ARGS="")
            text = open(os.environ["GITHUB_OUTPUT"]).read()
            outputs = {name: value for name, _, value in re.findall(r"^([\w-]+)<<(\S+)\n(.*)\n\2$", text, re.M)}
        elif "run" in step:
            went_well, _ = run(step["run"])
        else:
            assert step["uses"].startswith("actions/"), step
            continue
        has_failed = has_failed or not went_well


def buildkite(document):
    ended = {}
    for step in document["steps"]:
        needs = step.get("depends_on", [])
        needs = [needs] if isinstance(needs, str) else needs
        needs = [{"step": need} if isinstance(need, str) else need for need in needs]
        if all(ended.get(need["step"], False) or need.get("allow_failure") for need in needs):
            ended[step.get("key", step["label"])] = run(step["command"].replace("$$", "$"))[0]


system, path = sys.argv[1:]
with open(path) as file:
    if system == "jenkins":
        jenkins(file.read())
    else:
        import yaml

        globals()[system](yaml.safe_load(file))
