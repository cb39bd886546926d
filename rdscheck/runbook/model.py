"""The nouns of a runbook: a page, its blocks, what each of them asks for, and what became of it.

Everything here is a frozen value. Line numbers count from 1 in the page as it was read.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from rdscheck.model import Basis


class Kind(StrEnum):
    """What a block is, by its content as well as by its label."""

    SQL = "sql"  # statements for psql, its own commands among them
    PSQL = "psql"  # a psql transcript: prompts, statements, and what they printed
    SHELL = "shell"  # a command line, pg_dump, psql and aws among them
    DUCKDB = "duckdb"  # statements for DuckDB, typed after its prompt or using its words
    TDS = "tds"  # a transcript of sqlcmd: 1> and go
    POLICY = "policy"  # JSON of IAM
    YAML = "yaml"  # configuration
    CODE = "code"  # source text of another language
    OUTPUT = "output"  # what an earlier block printed
    CONSOLE = "console"  # a step done in the AWS console, told in prose
    TEXT = "text"  # none of these


class Verdict(StrEnum):
    """What became of a block. Each has exactly one."""

    PASSED = "passed"
    DIFFERS = "passed, output differs"
    FAILED = "failed"
    SIMULATED = "simulated"  # done through the control plane instead of the console
    NOT_RUNNABLE = "not runnable here"
    NOT_A_COMMAND = "not a command"


#: Verdicts that say that the block ran.
RAN = frozenset({Verdict.PASSED, Verdict.DIFFERS, Verdict.FAILED, Verdict.SIMULATED})


@dataclass(frozen=True)
class Piece:
    """One thing a block asks for, and what the page prints below it.

    ``text`` is a statement with its semicolon or psql command, a whole command line with its continuations
    joined, or one act of a console step. ``expected`` is None where the page prints nothing for it.
    """

    text: str
    line: int
    expected: str | None = None
    expected_line: int = 0


@dataclass(frozen=True)
class Block:
    """One block of a page: a fenced or indented code block, or a list item that tells a console step."""

    number: int  # from 1, in the order of the page
    kind: Kind
    line: int  # of the first line of the content
    end: int  # of its last line
    text: str  # without fence and indentation, the page's escapes left alone
    label: str = ""  # what stands after the fence, lower case
    headings: tuple[str, ...] = ()  # from the page's title down
    before: str = ""  # the prose right before it, in plain words
    pieces: tuple[Piece, ...] = ()
    shows: int = 0  # of an output: the number of the block whose output it is; 0: of none
    why: str = ""  # for kinds that nothing runs: what makes it one


@dataclass(frozen=True)
class Page:
    """A markdown procedure as it was read."""

    name: str  # as the user gave it
    title: str
    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Placeholder:
    """A word of a page that stands for something of the reader's own."""

    text: str  # as the page has it: YOUR_DB_INSTANCE_ID
    role: str  # what the context says it is: instance, endpoint, region, bucket, group, …; empty: unknown
    lines: tuple[int, ...]
    value: str = ""  # what it is bound to; empty: unbound
    by: str = ""  # who bound it: sandbox, --bind, or the configuration file


@dataclass(frozen=True)
class Printed:
    """What one piece printed when it ran."""

    piece: Piece
    output: str  # standard output and errors as they came, what was bound shown as the page has it
    status: int = 0  # of a program; of a statement 0 or 1
    sqlstate: str = ""
    ended: str = ""  # what ended it: "time limit of 30 s"


@dataclass(frozen=True)
class Knowledge:
    """What rdscheck knows about an error or a difference."""

    text: str
    key: str = ""  # of a documentation finding, a deviation or a rule: rdscheck explain KEY
    source: str = ""
    line: int = 0  # of the page's prose that it is about; 0: it is about the block


@dataclass(frozen=True)
class Judged:
    """A block and its verdict."""

    block: Block
    verdict: Verdict
    detail: str = ""  # one sentence: the error, why it cannot run, what differs
    printed: tuple[Printed, ...] = ()
    diff: str = ""  # a unified diff without file names: what the page prints, what was printed
    known: tuple[Knowledge, ...] = ()
    basis: Basis | None = None  # how it was found out; None where nothing ran
    remarks: tuple[str, ...] = ()  # what was done otherwise than the page says: "PATH is not taken over: …"
    masks: tuple[str, ...] = ()  # the rules without which the output would differ, by name
    expected: Verdict | None = None  # what the configuration expects, where that is not a pass
    reason: str = ""  # why the configuration expects that

    @property
    def as_expected(self) -> bool:
        """Tell whether nobody has to look: it went well, or as the configuration says."""
        if self.expected is not None:
            return self.verdict is self.expected
        return self.verdict not in {Verdict.FAILED, Verdict.NOT_RUNNABLE}


@dataclass(frozen=True)
class Ran:
    """A page that was run on one version."""

    page: Page
    version: str  # as it is asked for: 17
    server: str  # PostgreSQL's own version and the engine: "17.6 (docker)"
    judged: tuple[Judged, ...]
    placeholders: tuple[Placeholder, ...] = ()
    notes: tuple[str, ...] = field(default=())  # premises supplied, instances started; equal at each run
