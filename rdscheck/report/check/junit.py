"""A check as JUnit XML: a suite for each source, a case for each rule that speaks of its move."""

from xml.etree import ElementTree as ET

from rdscheck.assess.checked import Checked, Checks, Entry, State
from rdscheck.report.check import words
from rdscheck.report.junit import document, suite, xml_text


def junit(checks: Checks) -> str:
    """Return the report of checks."""
    return document("rdscheck check", [_suite(checks, one) for one in checks.checks])


def _suite(checks: Checks, check: Checked) -> ET.Element:
    cases = [
        _case(checks, check, id_) for id_ in sorted({*check.asked, *(e.finding.id for e in check.entries)})
    ]
    for missed in check.missed:
        case = ET.Element(
            "testcase", {"classname": xml_text(check.name), "name": xml_text(f"not checked: {missed.what}")}
        )
        kind = "error" if missed.matters else "skipped"
        ET.SubElement(case, kind, {"message": xml_text(words.missing(missed))})
        cases.append(case)
    if check.rehearsal:
        case = ET.Element("testcase", {"classname": xml_text(check.name), "name": "rehearsal"})
        told = "\n".join((*words.rehearsal(check), *words.refusals(check)))
        ET.SubElement(case, "system-out").text = xml_text(told)
        cases.append(case)
    if check.trouble or not checks.complete:
        case = ET.Element(
            "testcase", {"classname": xml_text(check.name), "name": "the source can be checked"}
        )
        told = check.message or "interrupted: this is what was known by then"
        ET.SubElement(case, "error", {"message": xml_text(told)})
        cases.append(case)
    properties = [("verdict", words.verdict(check)), ("target", check.target_name)]
    properties += [(f"hours {group}", f"{total:g}") for group, total, _ in words.effort(check)]
    return suite(f"{check.name} to {check.target}", cases, properties, checks.remarks)


def _case(checks: Checks, check: Checked, id_: str) -> ET.Element:
    case = ET.Element("testcase", {"classname": xml_text(check.name), "name": xml_text(id_)})
    entries = [one for one in check.entries if one.finding.id == id_]
    if not entries:
        return case
    failing = [one for one in check.reaching(checks.threshold) if one.finding.id == id_]
    told = xml_text("\n\n".join(_entry(one, check) for one in entries))
    if failing:
        worst = min((one.finding.severity for one in failing), key=lambda one: one.rank)
        message = f"{words.number(len(failing), worst)}: {failing[0].finding.message}"
        failure = ET.SubElement(case, "failure", {"type": worst.value, "message": xml_text(message)})
        failure.text = told
    elif all(one.state is not State.NEW for one in entries):
        ET.SubElement(
            case, "skipped", {"message": xml_text("; ".join(sorted({words.state(e) for e in entries})))}
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
