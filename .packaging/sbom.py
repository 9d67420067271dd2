#!/usr/bin/env python3
"""Prints the bill of materials of a built healthgate, as CycloneDX 1.6 JSON.

usage: sbom.py PROGRAM

What it is made of comes from two places: the system's libraries from the program's own list of what it links and from
Debian's packages that own them, and Swift's libraries from the compiler's version. No Swift package is among them. The
same program on the same system gives the same document; its time is SOURCE_DATE_EPOCH, or none.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid
from urllib.parse import quote

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Linked from archives where the program does not name the shared library: the archive, and what it stands for.
ARCHIVES = {
    "libyaml.a": "libyaml-0.so",
    "libexpat.a": "libexpat.so",
    "libre2.a": "libre2.so",
    "libz.a": "libz.so",
    "libstdc++.a": "libstdc++.so",
    "libgcc_eh.a": "libgcc_s.so",
}


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def owner(path):
    """Debian's package that a file belongs to; None where there is none."""
    for candidate in (path, os.path.realpath(path), re.sub(r"^/usr(?=/lib)", "", os.path.realpath(path))):
        found = subprocess.run(["dpkg", "-S", candidate], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(": ")[0]
    return None


def debian(package, how):
    name, version, architecture = said(
        "dpkg-query", "-W", "-f", "${Package} ${Version} ${Architecture}\n", package
    ).splitlines()[0].split()
    release = dict(line.split("=", 1) for line in pathlib.Path("/etc/os-release").read_text().splitlines() if "=" in line)
    vendor, number = (release.get(key, "").strip('"') for key in ("ID", "VERSION_ID"))
    purl = f"pkg:deb/{vendor}/{quote(name, safe='')}@{quote(version, safe='')}?arch={architecture}&distro={vendor}-{number}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "properties": [{"name": "healthgate:linked", "value": how}],
    }


def system_libraries(program):
    dynamic = re.findall(r"\(NEEDED\).*\[(.+)\]", said("readelf", "-d", program))
    places = dict(re.findall(r"^\s*(\S+) => (/\S+)", said("ldd", program), re.MULTILINE))
    components = {}
    for name in dynamic:
        package = owner(places[name]) if name in places else None
        if package:
            component = debian(package, "dynamically")
            components[component["purl"]] = component
    for archive, library in ARCHIVES.items():
        if not any(name.startswith(library) for name in dynamic):
            package = owner(os.path.realpath(said("cc", f"-print-file-name={archive}").strip()))
            if package:
                component = debian(package, "statically")
                components[component["purl"]] = component
    if not components:
        sys.exit("sbom: no system library was found: it takes Debian's dpkg and the libraries that the program links")
    return components


def compiler():
    version = re.search(r"Swift version (\S+)", said("swift", "--version"))
    if not version:
        sys.exit("sbom: swift --version does not say its version")
    purl = f"pkg:github/swiftlang/swift@swift-{version[1]}-RELEASE"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": "swift-runtime",
        "version": version[1],
        "purl": purl,
        "licenses": [{"expression": "Apache-2.0 WITH Swift-exception"}],
        "properties": [{"name": "healthgate:linked", "value": "statically"}],
    }


def main():
    parser = argparse.ArgumentParser(description="Prints healthgate's bill of materials, as CycloneDX 1.6 JSON.")
    parser.add_argument("program", metavar="PROGRAM")
    given = parser.parse_args()
    program = str(pathlib.Path(given.program).resolve())

    version = said(program, "--version").strip()
    purl = f"pkg:generic/healthgate@{version}"
    runtime = compiler()
    components = system_libraries(program) | {runtime["purl"]: runtime}
    graph = {reference: [] for reference in components} | {purl: sorted(components)}

    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": purl,
                "name": "healthgate",
                "version": version,
                "purl": purl,
                "hashes": [
                    {"alg": "SHA-256", "content": hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()}
                ],
            }
        },
        "components": [components[key] for key in sorted(components)],
        "dependencies": [{"ref": key, "dependsOn": graph[key]} for key in sorted(graph)],
    }
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        moment = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
        document["metadata"]["timestamp"] = moment.isoformat().replace("+00:00", "Z")
    # Named by its content, so that the same content has the same name.
    document["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True)).urn
    json.dump(document, sys.stdout, indent=2)
    print()


main()
