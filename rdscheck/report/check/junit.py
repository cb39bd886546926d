"""A check as JUnit XML: a suite for each source, a case for each rule that speaks of its move."""

import re
from xml.etree import ElementTree as ET

from rdscheck.assess.checked import Checked, Checks, Entry, State
from rdscheck.report.check import words
from rdscheck.report.text import visible

# XML 1.0 has no way to write these.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def junit(checks: Checks) -> str:
    """Return the report of checks."""
    suites = [_suite(checks, one) for one in checks.checks]
    attributes = {
        name: str(sum(int(one.get(name, "0")) for one in suites))
        for name in ("tests", "failures", "errors", "skipped")
    }
    root = ET.Element("testsuites", {"name": "rdscheck check", **attributes})
    root.extend(suites)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(checks: Checks, check: Checked) -> ET.Element:
    cases = [
        _case(checks, check, id_) for id_ in sorted({*check.asked, *(e.finding.id for e in check.entries)})
    ]
    for missed in check.missed:
        case = ET.Element(
            "testcase", {"classname": _text(check.name), "name": _text(f"not checked: {missed.what}")}
        )
        kind = "error" if missed.matters else "skipped"
        ET.SubElement(case, kind, {"message": _text(words.missing(missed))})
        cases.append(case)
    if check.rehearsal:
        case = ET.Element("testcase", {"classname": _text(check.name), "name": "rehearsal"})
        told = "\n".join((*words.rehearsal(check), *words.refusals(check)))
        ET.SubElement(case, "system-out").text = _text(told)
        cases.append(case)
    if check.trouble or not checks.complete:
        case = ET.Element("testcase", {"classname": _text(check.name), "name": "the source can be checked"})
        told = check.message or "interrupted: this is what was known by then"
        ET.SubElement(case, "error", {"message": _text(told)})
        cases.append(case)
    suite = ET.Element(
        "testsuite",
        {
            "name": _text(f"{check.name} to {check.target}"),
            "tests": str(len(cases)),
            **{
                name: str(sum(case.find(tag) is not None for case in cases))
                for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
            },
        },
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (("verdict", words.verdict(check)), ("target", check.target_name)):
        ET.SubElement(properties, "property", {"name": name, "value": _text(value)})
    for group, total, _ in words.effort(check):
        ET.SubElement(properties, "property", {"name": f"hours {group}", "value": f"{total:g}"})
    suite.extend(cases)
    if checks.remarks:
        ET.SubElement(suite, "system-out").text = _text("\n".join(checks.remarks))
    return suite


def _case(checks: Checks, check: Checked, id_: str) -> ET.Element:
    case = ET.Element("testcase", {"classname": _text(check.name), "name": _text(id_)})
    entries = [one for one in check.entries if one.finding.id == id_]
    if not entries:
        return case
    failing = [one for one in check.reaching(checks.threshold) if one.finding.id == id_]
    told = _text("\n\n".join(_entry(one, check) for one in entries))
    if failing:
        worst = min((one.finding.severity for one in failing), key=lambda one: one.rank)
        message = f"{words.number(len(failing), worst)}: {failing[0].finding.message}"
        failure = ET.SubElement(case, "failure", {"type": worst.value, "message": _text(message)})
        failure.text = told
    elif all(one.state is not State.NEW for one in entries):
        ET.SubElement(
            case, "skipped", {"message": _text("; ".join(sorted({words.state(e) for e in entries})))}
        )
        ET.SubElement(case, "system-out").text = told
    else:
        ET.SubElement(case, "system-out").text = told
    return case


def _entry(entry: Entry, check: Checked) -> str:
    finding = entry.finding
    place = "".join(f" ({one})" for one in (words.where(entry, check), words.state(entry)) if one)
    lines = [f"{finding.severity}: {finding.subject}{place}", finding.message]
    lines += [f"fix: {finding.fix}"] if finding.fix else []
    lines += [f"why: {finding.why}", f"source: {finding.source} ({finding.date}, {finding.certainty})"]
    return "\n".join(lines)


def _text(text: str) -> str:
    seen = visible(text, keep="\n")
    return _FORBIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", seen)
