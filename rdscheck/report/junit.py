"""What reports in JUnit XML have in common: the document, suites that count, and text XML can hold."""

import re
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from rdscheck.report.text import visible

# XML 1.0 has no way to write these.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_COUNTED = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))


def document(name: str, suites: Sequence[ET.Element]) -> str:
    """Return the text of a report, with the sums of its suites."""
    attributes = {
        count: str(sum(int(one.get(count, "0")) for one in suites))
        for count in ("tests", *(count for count, _ in _COUNTED))
    }
    root = ET.Element("testsuites", {"name": name, **attributes})
    root.extend(suites)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def suite(
    name: str, cases: Sequence[ET.Element], properties: Iterable[tuple[str, str]], said: Sequence[str]
) -> ET.Element:
    """Return a suite of cases; ``said`` are lines of what is told of it as a whole."""
    counts = {count: str(sum(case.find(tag) is not None for case in cases)) for count, tag in _COUNTED}
    made = ET.Element("testsuite", {"name": xml_text(name), "tests": str(len(cases)), **counts})
    listed = ET.SubElement(made, "properties")
    for key, value in properties:
        ET.SubElement(listed, "property", {"name": key, "value": xml_text(value)})
    made.extend(cases)
    if said:
        ET.SubElement(made, "system-out").text = xml_text("\n".join(said))
    return made


def xml_text(text: str) -> str:
    """Return a text with what nobody sees, and what XML cannot hold, as escapes."""
    seen = visible(text, keep="\n")
    return _FORBIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", seen)
