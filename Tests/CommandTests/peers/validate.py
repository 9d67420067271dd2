"""Validates JSON documents against a JSON Schema (2020-12), with PyPI's jsonschema.

usage: validate.py [--lines] SCHEMA FILE...      --lines: every line of a file is a document
"""

import json
import sys

import jsonschema

arguments = sys.argv[1:]
by_line = arguments[0] == "--lines"
schema_file, *files = arguments[1:] if by_line else arguments
with open(schema_file, encoding="utf-8") as file:
    schema = json.load(file)
if "2020-12" not in schema.get("$schema", ""):
    sys.exit(f"{schema_file}: $schema is {schema.get('$schema')!r}, not 2020-12")
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
wrong = 0
for name in files:
    with open(name, encoding="utf-8") as file:
        texts = file.readlines() if by_line else [file.read()]
    for number, text in enumerate(texts, 1):
        for error in validator.iter_errors(json.loads(text)):
            print(f"{name}:{number}: at /{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
            wrong += 1
sys.exit(1 if wrong else 0)
