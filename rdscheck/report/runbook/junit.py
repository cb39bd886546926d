"""A runbook as JUnit XML: a suite for each page and version, a case for each block."""

from xml.etree import ElementTree as ET

from rdscheck.report.junit import document, suite, xml_text
from rdscheck.report.runbook import words
from rdscheck.runbook.model import Judged, Ran, Verdict
from rdscheck.runbook.running.results import Results, failing, unchecked


def junit(results: Results) -> str:
    """Return the report."""
    return document("rdscheck runbook", [_suite(results, one) for one in results.runs])


def _suite(results: Results, ran: Ran) -> ET.Element:
    cases = [_case(results, ran, one) for one in ran.judged]
    if not results.complete or (unchecked(ran) and not any(one.get("open") for one in cases)):
        case = ET.Element("testcase", {"classname": xml_text(ran.page.name), "name": "the page can be run"})
        told = "interrupted: this is what was known by then" if not results.complete else words.verdict(ran)
        ET.SubElement(case, "error", {"message": xml_text(told)})
        cases.append(case)
    for case in cases:
        case.attrib.pop("open", None)
    prose = (f"line {one.line}: {words.knowledge(one)}" for one in words.of_prose(ran))
    notes = (*ran.notes, *words.expectations(ran), *prose)
    verdict = words.verdict(ran, on_differs=results.fail_on_differs)
    return suite(words.title(ran), cases, (("verdict", verdict), ("server", ran.server)), notes)


def _case(results: Results, ran: Ran, judged: Judged) -> ET.Element:
    case = ET.Element("testcase", {"classname": xml_text(ran.page.name), "name": words.name(judged.block)})
    message = xml_text(f"{words.state(judged)}: {words.remark(judged)}".removesuffix(": "))
    if failing(judged, on_differs=results.fail_on_differs):
        failure = ET.SubElement(case, "failure", {"type": judged.verdict.value, "message": message})
        failure.text = xml_text(details(judged))
    elif judged.verdict is Verdict.NOT_RUNNABLE and not judged.as_expected:
        # Silence is never a pass: what could not be run is an error, as the exit status says.
        ET.SubElement(case, "error", {"type": judged.verdict.value, "message": message})
        case.set("open", "1")
    elif judged.verdict in {Verdict.NOT_RUNNABLE, Verdict.NOT_A_COMMAND} or judged.expected is not None:
        ET.SubElement(case, "skipped", {"message": message})
    elif judged.verdict is not Verdict.PASSED or words.of_block(judged) or judged.remarks:
        ET.SubElement(case, "system-out").text = xml_text(f"{message}\n{details(judged)}".strip())
    return case


def details(judged: Judged) -> str:
    """Return what a block is, what was printed or differs, and what is known."""
    parts = [f"{words.place(judged.block)}:", *words.excerpt(judged.block.text)]
    if judged.diff:
        parts += ["", judged.diff]
    elif printed := words.excerpt(words.outputs(judged)):
        parts += ["", "printed:", *printed]
    parts += [f"known: {words.knowledge(one)}" for one in words.of_block(judged)]
    return "\n".join(parts)
