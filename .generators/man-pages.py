#!/usr/bin/python3
"""Makes the manual (mdoc) from what the program says of its own commands and flags.

usage: HEALTHGATE=PROGRAM man-pages.py FOLDER        such as: man-pages.py docs/man

Reviewed as any other change: the pages are committed, and a test makes them again and compares.
A page for the whole and one for each command. Names, flags, their sentences and the exit statuses
come from the program; the examples, the files and the variables, which it cannot know, stand here.
"""

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

PROGRAM = os.environ.get("HEALTHGATE") or str(
    Path(__file__).resolve().parents[1] / ".build/release/healthgate"
)

# Of the manual's latest revision, for its footer.
DATE = "November 25, 2026"

INTRODUCTION = """\
After a deployment has brought up a new group of instances,
.Nm
checks their health endpoints as an AWS load balancer would and decides:
promote the release, or roll it back.
The verdict comes at the first moment at which nothing could change it, as an exit status for
scripts and as one JSON document for machines.
.Pp
Without a command,
.Cm run
is meant.
"""

# Each: what it is for, and the command as it is typed.
EXAMPLES = {
    "healthgate": [
        ("See what it does, without a network or any setup:", "healthgate demo"),
        (
            "Gate two instances, and switch the traffic over only if they are promoted:",
            "healthgate http://10.0.1.5/health http://10.0.1.6/health && ./switch-traffic",
        ),
    ],
    "run": [
        (
            "Gate three instances with quick checks and a soak, and keep the verdict and the journal:",
            "healthgate run --target HTTP:80/health --interval 15 --timeout 5 \\\n"
            "    --healthy-threshold 2 --unhealthy-threshold 10 --soak 3m \\\n"
            "    --instances 10.0.1.5,10.0.1.6,10.0.1.7 \\\n"
            "    --verdict verdict.json --journal run.ndjson",
        ),
        (
            "Gate an Auto Scaling group with the settings of its load balancer, "
            "and require the new build:",
            "healthgate run --asg web-green --import-from elb:web --cross-check elb:web \\\n"
            '    --expect-version "$GIT_COMMIT" --version-from header:X-App-Version',
        ),
        (
            "Show which settings are in force, and where each comes from:",
            "healthgate run --config gate.yaml --print-config",
        ),
    ],
    "init": [
        ("A settings file to start from, for an endpoint:", "healthgate init http://10.0.1.5/health --output healthgate.yaml"),
        (
            "The same with the health check of a load balancer, and its instances:",
            "healthgate init --elb web >healthgate.yaml",
        ),
    ],
    "demo": [
        ("Name the scenarios:", "healthgate demo --list"),
        ("A Host that Django does not allow, told for people:", "healthgate demo disallowed-host --format text"),
    ],
    "probe": [
        (
            "Why does the load balancer call these instances unhealthy?",
            "healthgate probe HTTP:80/health --instances 10.0.1.5,10.0.1.6",
        ),
        (
            "The same with instances as arguments, and with URLs:",
            "healthgate probe --target HTTP:80/health 10.0.1.5 10.0.1.6:8080\n"
            "healthgate probe http://10.0.1.5/health https://web.example/health tcp://10.0.1.9:5432",
        ),
        (
            "One check of each instance of the group that a pipeline gates:",
            "healthgate probe --config gate.yaml",
        ),
        (
            "The codes of what is probably wrong, for a script:",
            "healthgate probe http://10.0.1.5/health --format json | jq -r '.checks[].diagnosis.code'",
        ),
    ],
    "lint": [
        (
            "Can this health check be trusted?",
            "healthgate lint http://10.0.1.5/health",
        ),
        (
            "The same of a group, whose instances are compared with each other; first only what would be sent:",
            "healthgate lint --dry-run --config gate.yaml\nhealthgate lint --config gate.yaml",
        ),
        (
            "In a pipeline, without a rule that does not matter there:",
            "healthgate lint HTTP:80/health --asg web-green --ignore version-banner --format json >lint.json",
        ),
    ],
    "plan": [
        (
            "When does a gate with these settings decide at the earliest and at the latest?",
            "healthgate plan --target HTTP:80/health --interval 15 --healthy-threshold 2 --expected 3",
        ),
        (
            "Thresholds that promote one bad release in a thousand, if it fails every fifth request:",
            "healthgate plan --interval 15 --expected 3 --false-promote 0.1% --at-failure-rate 20%",
        ),
    ],
    "replay": [
        ("The verdict of a recorded run once more, to the byte:", "healthgate replay run.ndjson"),
        (
            "What would have been, had three successes been asked for:",
            "healthgate replay run.ndjson --healthy-threshold 3 --format text",
        ),
        (
            "How often each of several settings would have been wrong:",
            "healthgate replay --compare runs/*.ndjson --healthy-threshold 2..5 --soak 0,1m \\\n"
            "    --expect promote --expect 'rollback:runs/bad-*' --format text",
        ),
    ],
    "report": [
        (
            "A recorded run as a page to look at:",
            "healthgate report run.ndjson --format html --output run.html",
        ),
    ],
    "merge": [
        (
            "One verdict out of those of two regions, both of which must promote:",
            "healthgate merge eu.json us.json --expected 2 --verdict verdict.json",
        ),
    ],
    "verify": [
        (
            "Is this verdict signed by my key, fresh, backed by its journal, and a promotion?",
            "healthgate verify verdict.json --key gate.key.pub --max-age 30m \\\n"
            "    --journal run.ndjson --require promote",
        ),
    ],
    "keygen": [
        ("A pair of keys, to sign with one and to check with the other:", "healthgate keygen gate.key"),
    ],
    "schema": [
        ("The JSON Schema of the verdict:", "healthgate schema verdict >verdict.schema.json"),
        (
            "Help with the file of settings in an editor that knows JSON Schemas:",
            "healthgate schema config >gate.schema.json",
        ),
    ],
}

# Statuses that mean something else under a command, or beside those of all.
STATUSES = {
    "probe": [
        ("0", "each check succeeded"),
        ("1", "one failed or several"),
        ("2", "none failed, and one could not be made or there was no instance"),
    ],
    "lint": [
        ("0", "no error was found"),
        ("1", "an error was found"),
        ("69", "no error was found, and an instance could not be checked"),
    ],
    "verify": [("0", "the verdict can be trusted"), ("1", "it must not be")],
    "demo": None,
    "plan": [
        ("0", "the plan was printed"),
        ("1", "no thresholds hold the errors that were asked for"),
    ],
    "report": [("0", "the report was written")],
    "schema": [("0", "the schema was printed")],
    "keygen": [("0", "the keys were made")],
}

VARIABLES = [
    (
        "HEALTHGATE_*",
        "Every setting: HEALTHGATE_HEALTHY_THRESHOLD is --healthy-threshold. A flag beats a variable, "
        "a variable beats the file. One that is empty is not set, one that is of no setting is an error. "
        "A setting that can be given several times has one value a line.",
    ),
    ("HEALTHGATE_CONFIG", "The file of settings, as with --config."),
    (
        "AWS_*",
        "Region, credentials, profile and endpoint, as the AWS command line takes them, for the sources "
        "and imports that ask AWS.",
    ),
    ("NO_COLOR", "When it is there and not empty, text has no colours."),
    ("TERM", "When it is dumb or missing, nothing is drawn that needs a terminal."),
]

FILES = [
    (
        "gate.yaml",
        "A file of settings, of any name, given with --config: one YAML mapping (or JSON object) from "
        "setting to value, its keys those of the flags with underscores: healthy_threshold: 2.",
    ),
    (
        "~/.aws/config, ~/.aws/credentials",
        "Read for profiles when an AWS source is asked and the variables do not say.",
    ),
]


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    told = subprocess.run(
        [PROGRAM, "--experimental-dump-help"], check=True, capture_output=True, text=True
    )
    root = json.loads(told.stdout)["command"]
    commands = root["subcommands"]
    for command in commands:
        command["arguments"] += root["arguments"]
    statuses = re.findall(r"^ +([0-9]+)  (.+)$", root["discussion"], re.MULTILINE)
    pages = {"healthgate.1": whole(root, commands, statuses)}
    for command in commands:
        name = command["commandName"]
        pages[f"healthgate-{name}.1"] = page(command, statuses, commands)
    for old in folder.glob("*.1"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


# --- mdoc ---


def escaped(text):
    """Text that is no macro and has no escape of its own."""
    text = text.replace("\\", "\\e").replace("…", "...").replace("’", "'")
    text = re.sub(r"(?<![A-Za-z0-9])-(?=[-A-Za-z])", r"\\-", text)
    return text


def lines(text):
    """Prose, a sentence a line as mdoc wants it."""
    out = []
    for sentence in re.split(r"(?<=[.?!]) (?=[A-Z])", " ".join(text.split())):
        for line in textwrap.wrap(
            escaped(sentence), 78, break_long_words=False, break_on_hyphens=False
        ):
            out.append("\\&" + line if line[:1] in ".'" else line)
    return "\n".join(out)


def macro(word):
    """One argument of a macro."""
    word = escaped(word)
    if re.fullmatch(r"[.,:;()\[\]?!|]|[A-Z][a-z]", word):
        return "\\&" + word
    return '"' + word.replace('"', '\\(dq') + '"' if re.search(r'[ "]', word) else word


def verbatim(text):
    body = "\n".join(
        "\\&" + line if line[:1] in (".", "'") else line
        for line in text.replace("\\", "\\e").split("\n")
    )
    return f".Bd -literal -offset indent\n{body}\n.Ed\n"


def paragraphs(text):
    """The paragraphs of a discussion; those that are indented stay as they are."""
    parts = []
    for part in re.split(r"\n\n+", text.strip("\n")):
        if part.startswith("  "):
            width = min(len(line) - len(line.lstrip()) for line in part.split("\n"))
            parts.append(verbatim(escaped_ellipsis("\n".join(l[width:] for l in part.split("\n")))))
        else:
            parts.append(lines(part) + "\n")
    joined = ""
    for part in parts:
        # What is shown apart brings its own space.
        joined += part if not joined or part.startswith(".Bd") else ".Pp\n" + part
    return joined


def escaped_ellipsis(text):
    return text.replace("…", "...")


def tagged(pairs, tag):
    body = "".join(f".It {tag(name)}\n{lines(text)}\n" for name, text in pairs)
    return f".Bl -tag -width Ds\n{body}.El\n"


# --- sections ---


def head(name, about):
    about = about.rstrip(".?!")
    about = about[0].lower() + about[1:]
    return (
        ".\\\" Made by .generators/man-pages.py from the program's own help: change that.\n"
        f".Dd {DATE}\n.Dt {name.upper()} 1\n.Os healthgate\n"
        f".Sh NAME\n.Nm {name}\n.Nd {escaped(about)}\n"
    )


def names(option):
    words = []
    for name in option["names"]:
        hyphens = "-" if name["kind"] == "short" else "--"
        words.append(f"Fl {(hyphens + name['name'])[1:].replace('-', chr(92) + '-')}")
    value = option["valueName"]
    return " , ".join(words) + (f" Ar {macro(value)}" if value else "")


def synopsis(command):
    name = command["commandName"]
    out = f".Sh SYNOPSIS\n.Nm healthgate {name}\n"
    for argument in command["arguments"]:
        if argument["kind"] != "positional":
            continue
        word = f"Ar {macro(argument['valueName'])}" + (" ..." if argument["isRepeating"] else "")
        out += f".Op {word}\n" if argument["isOptional"] else f".{word}\n"
    return out + ".Op Ar options\n"


def options(command):
    out, section = "", None
    positional = [
        (a["valueName"], a["abstract"]) for a in command["arguments"] if a["kind"] == "positional"
    ]
    if positional:
        out += ".Sh ARGUMENTS\n" + tagged(positional, lambda name: f"Ar {macro(name)}")
    out += ".Sh OPTIONS\n"
    groups = {}
    for argument in command["arguments"]:
        if argument["kind"] != "positional":
            groups.setdefault(argument["sectionTitle"] or "", []).append(argument)
    for section in sorted(groups, key=lambda title: title == ""):
        if section:
            out += f".Ss {section}\n"
        elif len(groups) > 1:
            out += ".Ss Other\n"
        body = "".join(f".It {names(o)}\n{lines(o['abstract'])}\n" for o in groups[section])
        out += f".Bl -tag -width Ds\n{body}.El\n"
    return out


def exit_statuses(name, statuses):
    own = STATUSES.get(name)
    listed = statuses
    if own is not None:
        listed = own + [(n, t) for n, t in statuses if 64 <= int(n) < 128]
    body = "".join(f".It {number}\n{lines(text)}\n" for number, text in listed)
    return f".Sh EXIT STATUS\n.Bl -tag -width 130 -compact\n{body}.El\n"


def surroundings(has_settings):
    if not has_settings:
        return ""
    return (
        ".Sh ENVIRONMENT\n"
        + tagged(VARIABLES, lambda name: f"Ev {macro(name)}")
        + ".Sh FILES\n"
        + tagged(FILES, lambda name: f"Pa {macro(name)}")
    )


def examples(name):
    if name not in EXAMPLES:
        return ""
    return ".Sh EXAMPLES\n" + ".Pp\n".join(
        lines(text) + "\n" + verbatim(command) for text, command in EXAMPLES[name]
    )


def see_also(own, commands):
    all_pages = ["healthgate"] + sorted(f"healthgate-{c['commandName']}" for c in commands)
    others = [page for page in all_pages if page != own]
    body = " ,\n.Xr ".join(f"{page} 1" for page in others)
    return f".Sh SEE ALSO\n.Xr {body}\n"


def whole(root, commands, statuses):
    listed = "".join(
        f".It Cm {c['commandName']}\n{lines(c['abstract'])}\nSee\n"
        f".Xr healthgate-{c['commandName']} 1 .\n"
        for c in commands
    )
    completions = (
        ".Sh COMPLETIONS\nCompletions of commands and flags, for the shell's own folder of them:\n"
        + verbatim(
            "healthgate --generate-completion-script bash >/etc/bash_completion.d/healthgate\n"
            "healthgate --generate-completion-script zsh >~/.zfunc/_healthgate\n"
            "healthgate --generate-completion-script fish >~/.config/fish/completions/healthgate.fish"
        )
    )
    return (
        head("healthgate", root["abstract"])
        + ".Sh SYNOPSIS\n.Nm\n.Op Ar command\n.Op Ar options\n"
        + ".Sh DESCRIPTION\n"
        + INTRODUCTION
        + ".Sh COMMANDS\n.Bl -tag -width Ds\n"
        + listed
        + ".El\n"
        + options(root)
        + surroundings(True)
        + completions
        + exit_statuses("healthgate", statuses)
        + examples("healthgate")
        + see_also("healthgate", commands)
    )


def page(command, statuses, commands):
    name = command["commandName"]
    has_settings = any(
        n["name"] == "config" for a in command["arguments"] for n in a.get("names", [])
    )
    discussion = re.split(r"\n\nExit status:", command.get("discussion") or "")[0]
    description = lines(command["abstract"]) + "\n"
    if discussion:
        description += ".Pp\n" + paragraphs(discussion)
    return (
        head(f"healthgate-{name}", command["abstract"])
        + synopsis(command)
        + ".Sh DESCRIPTION\n"
        + description
        + options(command)
        + surroundings(has_settings)
        + exit_statuses(name, statuses)
        + examples(name)
        + see_also(f"healthgate-{name}", commands)
    )


main()
