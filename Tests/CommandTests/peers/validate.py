"""Validates JSON documents against a JSON Schema (2020-12), with PyPI's jsonschema.

usage: validate.py [--lines] SCHEMA FILE...      --lines: every line of a file is a document
       validate.py --serve      each line of standard input is such arguments, parted by tabs; the answer is a line
                                a mistake, and `ok` or `wrong` as the last

A server saves the start of Python, which takes longer than hundreds of documents.
"""

import functools
import json
import sys

import jsonschema


@functools.cache
def validator(schema_file):
    with open(schema_file, encoding="utf-8") as file:
        schema = json.load(file)
    if "2020-12" not in schema.get("$schema", ""):
        raise ValueError(f"$schema is {schema.get('$schema')!r}, not 2020-12")
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def mistakes(arguments):
    by_line = arguments[0] == "--lines"
    schema_file, *names = arguments[1:] if by_line else arguments
    try:
        checked = validator(schema_file)
    except (OSError, ValueError, jsonschema.SchemaError) as error:
        yield f"{schema_file}: {error}"
        return
    for name in names:
        with open(name, encoding="utf-8") as file:
            texts = file.readlines() if by_line else [file.read()]
        for number, text in enumerate(texts, 1):
            try:
                document = json.loads(text)
            except ValueError as error:
                yield f"{name}:{number}: {error}"
                continue
            for error in checked.iter_errors(document):
                yield f"{name}:{number}: at /{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"


def tell(found):
    wrong = False
    for mistake in found:
        wrong = True
        print(mistake.replace("\n", " "))
    return wrong


if sys.argv[1:] == ["--serve"]:
    for line in sys.stdin:
        print("wrong" if tell(mistakes(line.rstrip("\n").split("\t"))) else "ok", flush=True)
else:
    sys.exit(1 if tell(mistakes(sys.argv[1:])) else 0)
