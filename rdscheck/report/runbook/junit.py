"""A runbook as JUnit XML: a suite for each page and version, a case for each block."""

import re
from xml.etree import ElementTree as ET

from rdscheck.report.runbook import words
from rdscheck.report.text import visible
from rdscheck.runbook.model import Judged, Ran, Verdict
from rdscheck.runbook.running.results import Results, failing, unchecked

# XML 1.0 has no way to write these.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def junit(results: Results) -> str:
    """Return the report."""
    suites = [_suite(results, one) for one in results.runs]
    attributes = {
        name: str(sum(int(one.get(name, "0")) for one in suites))
        for name in ("tests", "failures", "errors", "skipped")
    }
    root = ET.Element("testsuites", {"name": "rdscheck runbook", **attributes})
    root.extend(suites)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(results: Results, ran: Ran) -> ET.Element:
    cases = [_case(results, ran, one) for one in ran.judged]
    if not results.complete or (unchecked(ran) and not any(one.get("open") for one in cases)):
        case = ET.Element("testcase", {"classname": _text(ran.page.name), "name": "the page can be run"})
        told = "interrupted: this is what was known by then" if not results.complete else words.verdict(ran)
        ET.SubElement(case, "error", {"message": _text(told)})
        cases.append(case)
    for case in cases:
        case.attrib.pop("open", None)
    suite = ET.Element(
        "testsuite",
        {
            "name": _text(words.title(ran)),
            "tests": str(len(cases)),
            **{
                name: str(sum(case.find(tag) is not None for case in cases))
                for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
            },
        },
    )
    properties = ET.SubElement(suite, "properties")
    said = (("verdict", words.verdict(ran, on_differs=results.fail_on_differs)), ("server", ran.server))
    for name, value in said:
        ET.SubElement(properties, "property", {"name": name, "value": _text(value)})
    suite.extend(cases)
    if ran.notes:
        ET.SubElement(suite, "system-out").text = _text("\n".join(ran.notes))
    return suite


def _case(results: Results, ran: Ran, judged: Judged) -> ET.Element:
    case = ET.Element("testcase", {"classname": _text(ran.page.name), "name": words.name(judged.block)})
    message = _text(f"{words.state(judged)}: {words.remark(judged)}".removesuffix(": "))
    if failing(judged, on_differs=results.fail_on_differs):
        failure = ET.SubElement(case, "failure", {"type": judged.verdict.value, "message": message})
        failure.text = _text(details(judged))
    elif judged.verdict is Verdict.NOT_RUNNABLE and not judged.as_expected:
        # Silence is never a pass: what could not be run is an error, as the exit status says.
        ET.SubElement(case, "error", {"type": judged.verdict.value, "message": message})
        case.set("open", "1")
    elif judged.verdict in {Verdict.NOT_RUNNABLE, Verdict.NOT_A_COMMAND} or judged.expected is not None:
        ET.SubElement(case, "skipped", {"message": message})
    elif judged.verdict is not Verdict.PASSED or judged.known:
        ET.SubElement(case, "system-out").text = _text(f"{message}\n{details(judged)}".strip())
    return case


def details(judged: Judged) -> str:
    """Return what a block is, what was printed or differs, and what is known."""
    parts = [f"{words.place(judged.block)}:", *words.excerpt(judged.block.text)]
    if judged.diff:
        parts += ["", judged.diff]
    elif printed := words.excerpt(words.outputs(judged)):
        parts += ["", "printed:", *printed]
    parts += [f"known: {words.knowledge(one)}" for one in judged.known]
    return "\n".join(parts)


def _text(text: str) -> str:
    seen = visible(text, keep="\n")
    return _FORBIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", seen)
