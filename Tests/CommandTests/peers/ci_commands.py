"""What a CI system carries out of a log, and reads from its files. Standard library only.

usage: ci_commands.py github|azure LOG...      the commands, a JSON object a line
       ci_commands.py outputs FILE             what GITHUB_OUTPUT says, one JSON object

After ActionCommand.cs and FileCommandManager.cs of GitHub's runner, and Command.cs of Azure's agent.
"""

import json
import re
import sys

GITHUB = {
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice", "remove-matcher",
    "save-state", "set-env", "set-output", "set-secret", "stop-commands", "warning",
}  # fmt: skip
DATA = {"%0D": "\r", "%0A": "\n", "%25": "%"}
PROPERTY = DATA | {"%3A": ":", "%2C": ","}


def unescaped(text, escapes):
    for escape, character in escapes.items():
        text = text.replace(escape, character)
    return text


def properties(text, separator, escapes):
    pairs = (part.split("=", 1) for part in text.split(separator) if "=" in part)
    return {pair[0].strip(): unescaped(pair[1], escapes) for pair in pairs}


def github(line):
    stripped = line.lstrip()
    if stripped.startswith("::") and (end := stripped.find("::", 2)) >= 0:
        name, _, rest = stripped[2:end].partition(" ")
        if name in GITHUB:
            return name, properties(rest, ",", PROPERTY), unescaped(stripped[end + 2 :], DATA)
    start = line.find("##[")
    if start >= 0 and (end := line.find("]", start)) >= 0:
        name, _, rest = line[start + 3 : end].partition(" ")
        if name in GITHUB:
            return name, properties(rest, ";", DATA), unescaped(line[end + 1 :], DATA)
    return None


def azure(line):
    start = line.find("##vso[")
    if start < 0 or (end := line.find("]", start)) < 0:
        return None
    name, _, rest = line[start + 6 : end].partition(" ")
    escapes = {"%3B": ";", "%0D": "\r", "%0A": "\n", "%5D": "]", "%AZP25": "%"}
    return name, properties(rest, ";", escapes), unescaped(line[end + 1 :], escapes)


def outputs(path):
    found = {}
    with open(path, encoding="utf-8", newline="") as file:
        lines = iter(file.read().split("\n"))
    for line in lines:
        if not line:
            continue
        name, mark, delimiter = line.partition("<<")
        if not mark:
            name, mark, value = line.partition("=")
            if not mark:
                raise SystemExit(f"not an output: {line}")
            found[name] = value
            continue
        value = []
        for part in lines:
            if part == delimiter:
                break
            value.append(part)
        else:
            raise SystemExit(f"the value of {name} does not end")
        found[name] = "\n".join(value)
    return found


what, *paths = sys.argv[1:]
if what == "outputs":
    print(json.dumps(outputs(paths[0])))
else:
    for path in paths:
        with open(path, encoding="utf-8", newline="") as log:
            # A stream is read line by line, whatever ends a line.
            for line in re.split(r"\r\n|\r|\n", log.read()):
                if command := {"github": github, "azure": azure}[what](line):
                    print(json.dumps(dict(zip(("name", "properties", "data"), command))))
