"""Judges a report by what its readers want of it.

usage: judge_report.py junit|html|openmetrics|tap|markdown FILE

Prints what is wrong, a line each. JUnit: well-formed, and of the form of Jenkins' junit-10.xsd.
HTML: parses without an error (PyPI's html5lib), and refers to nothing outside. OpenMetrics: PyPI's
prometheus_client reads it. TAP: version 14's grammar. Markdown: PyPI's markdown-it-py finds no
element in it but the report's own.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree

wrong = []


def expect(condition, words):
    if not condition:
        wrong.append(words)


# The attributes and children that junit-10.xsd allows, as far as a report of this program has any.
FORM = {
    "testsuites": ({"name", "tests", "failures", "errors", "time"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
                  {"properties", "testcase", "system-out"}),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time"}, {"failure", "error", "skipped"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"message"}, set()),
    "system-out": (set(), set()),
}


def judge_junit(text):
    root = ElementTree.fromstring(text.encode())
    expect(root.tag == "testsuites", f"the root is {root.tag}")
    for element in root.iter():
        attributes, children = FORM.get(element.tag, (set(), set()))
        expect(element.tag in FORM, f"an element {element.tag}")
        expect(set(element.attrib) <= attributes, f"{element.tag} has {sorted(element.attrib)}")
        expect({child.tag for child in element} <= children, f"a child of {element.tag}")
        for name in ("tests", "failures", "errors", "skipped"):
            expect(element.get(name, "0").isdigit(), f"{name} is {element.get(name)}")
        expect(re.fullmatch(r"\d+\.\d{3}", element.get("time", "0.000")), f"time is {element.get('time')}")
    for suite in root:
        order = [child.tag for child in suite]
        expect(order == ["properties"] + ["testcase"] * (len(order) - 2) + ["system-out"], "another order")
        expect(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp", "")), "timestamp")
        cases = suite.findall("testcase")
        names = [(case.get("classname"), case.get("name")) for case in cases]
        expect(len(set(names)) == len(names), "two test cases of one name")
        expect(all(len(case) <= 1 for case in cases), "two results of one test case")
        for counted in (root, suite):
            expect(int(counted.get("tests")) == len(cases), "tests is another number")
            for tag, name in (("failure", "failures"), ("error", "errors")):
                expect(int(counted.get(name)) == len(suite.findall(f"testcase/{tag}")), f"{name} is another number")
        expect(int(suite.get("skipped")) == len(suite.findall("testcase/skipped")), "skipped is another number")


def judge_html(text):
    import html5lib

    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(text)
    for position, code, _ in parser.errors:
        wrong.append(f"{code} at {position}")
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    expect(len(ids) == len(set(ids)), "two elements of one id")
    for element in document.iter():
        tag = str(element.tag).rsplit("}", 1)[-1]
        expect(tag not in ("script", "img", "iframe", "object", "embed", "base", "form"), f"an element {tag}")
        for name, value in element.attrib.items():
            name = str(name).lower()
            expect(not name.startswith("on"), f"an attribute {name}")
            if name in ("src", "href", "action", "xlink:href"):
                expect(value == "data:,", f"{tag} refers to {value}")
    expect("url(" not in text and "@import" not in text, "the style sheet refers to something")
    expect(len(text.encode()) < 1_000_000, f"{len(text.encode())} bytes")


def judge_openmetrics(text):
    from prometheus_client.openmetrics import parser

    families = list(parser.text_string_to_metric_families(text))
    expect(len(families) >= 10, f"{len(families)} families")
    for family in families:
        expect(family.type == "gauge", f"{family.name} is a {family.type}")
        expect(family.documentation, f"{family.name} has no help")
        expect(family.name.endswith("_seconds") == (family.unit == "seconds"), f"the unit of {family.name}")
    expect(text.endswith("\n# EOF\n"), "another end")


def judge_tap(text):
    lines = text.split("\n")
    expect(lines[0] == "TAP version 14", "another version")
    expect(lines[-1] == "", "no line feed at the end")
    plan = re.fullmatch(r"1\.\.(\d+)", lines[1])
    expect(plan, "no plan")
    number, in_block = 0, False
    for line in lines[2:-1]:
        if in_block:
            in_block = line != "  ..."
            expect(not in_block or re.fullmatch(r'  [a-z_]+: "(?:[^"\\]|\\[\\"])*"', line), f"YAML: {line}")
        elif line == "  ---":
            in_block = True
        elif not line.startswith("# "):
            point = re.fullmatch(r"(?:not )?ok (\d+) - (?:[^#\\]|\\[#\\])*(?:# (?:SKIP|TODO) (?:[^#\\]|\\[#\\])*)?", line)
            expect(point, f"no test point: {line}")
            number += 1
            expect(point and int(point[1]) == number, f"not number {number}: {line}")
    expect(plan and int(plan[1]) == number, "another number of test points than planned")


def judge_markdown(text):
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("gfm-like").parse(text)
    expect(len(text.encode()) <= 65_536, f"{len(text.encode())} bytes")
    columns = None
    for token in tokens:
        if token.type == "tr_open":
            columns = 0
        elif token.type in ("th_open", "td_open"):
            columns += 1
        elif token.type == "tr_close":
            expect(columns in (2, 6), f"a row of {columns} cells")
        elif token.type == "heading_open":
            expect(token.map[0] == 0 or token.tag == "h3", f"a heading in line {token.map[0] + 1}")
        elif token.type == "html_block":
            expect(re.fullmatch(r"<details><summary>(Settings in force|\d+ healthy instances)</summary>|</details>",
                                token.content.strip()), f"HTML: {token.content}")
        elif token.type == "inline":
            for child in token.children:
                if child.type == "html_inline":
                    expect(child.content == "<!-- -->", f"HTML: {child.content}")
                expect(child.type in ("text", "code_inline", "softbreak", "hardbreak", "html_inline",
                                      "strong_open", "strong_close"), f"{child.type}: {token.content[:200]}")
        expect(not token.type.startswith(("fence", "code_block", "hr")), f"{token.type}: {token.content}")


JUDGES = {"junit": judge_junit, "html": judge_html, "openmetrics": judge_openmetrics, "tap": judge_tap,
          "markdown": judge_markdown}
kind, file = sys.argv[1:]
with open(file, encoding="utf-8", newline="") as opened:
    JUDGES[kind](opened.read())
for line in wrong[:20]:
    print(line)
sys.exit(1 if wrong else 0)
