"""What the stream takes for a fault in a server's log."""

import pytest

from tests.sandbox.stream_audit import faults

_BEFORE = "2026-11-21 20:27:52 UTC:127.0.0.1(5):postgres@lab:[61]:"


@pytest.mark.parametrize(
    "message",
    [
        "LOG:  server process (PID 7) was terminated by signal 11: Segmentation fault",
        "ERROR:  cache lookup failed for type 16399",
        "WARNING:  rdsutils: a role changed twice",
        "ERROR:  invalid memory alloc request size 18446744073709551613",
    ],
)
def test_a_fault_is_told_once_with_its_statement(message: str) -> None:
    lines = [f"{_BEFORE}{message}", f"{_BEFORE}STATEMENT:  SELECT 1"]
    assert faults("\n".join(lines * 2)) == ["\n".join(lines)]


@pytest.mark.parametrize(
    "message",
    [
        "ERROR:  cache lookup failed for function 16399",
        "STATEMENT:  SELECT 'PANIC: no'",
    ],
)
def test_what_a_plain_server_says_is_no_fault(message: str) -> None:
    assert faults(f"{_BEFORE}{message}") == []
