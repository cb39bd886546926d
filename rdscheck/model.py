"""The nouns of rdscheck: what was claimed, what happened, how it was found out.

Everything here is a frozen value without behaviour of its own, so that it can
travel between worker processes, be compared, and be written down byte for byte.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """How a claim ended."""

    PASSED = "passed"  # the promise held
    FAILED = "failed"  # the promise was broken
    DEVIATED = "deviated"  # a known difference showed itself, as recorded
    ERRORED = "errored"  # could not find out
    SKIPPED = "skipped"  # not applicable or not available here


#: Worst first: what a summary of several claims shows.
SEVERITY = (Status.FAILED, Status.ERRORED, Status.DEVIATED, Status.PASSED, Status.SKIPPED)


class Basis(StrEnum):
    """How an outcome was obtained."""

    REAL = "real"  # the real component ran
    STAND_IN = "stand-in"  # our replacement of a part that cannot be had here ran
    EMULATED = "emulated"  # RDS behaviour imitated by us decided


class Certainty(StrEnum):
    """How well it is known that RDS does what a claim says."""

    UNSTATED = ""  # the claim says nothing of its own: the procedure's documentation is its source
    DOCUMENTED = "documented"  # a page of AWS or of PostgreSQL says so
    OBSERVED = "observed"  # somebody saw it on RDS and published it
    DERIVED = "derived"  # follows from documented or observed facts
    GUESSED = "guessed"  # not known; we had to choose


@dataclass(frozen=True)
class Version:
    """A PostgreSQL version asked for: a major, or a minor of it.

    ``Version(15)`` prints as ``15``, ``Version(15, "4")`` as ``15.4``.
    """

    major: int
    minor: str = ""

    def __str__(self) -> str:
        """Return the form users type after ``--pg``."""
        return f"{self.major}.{self.minor}" if self.minor else str(self.major)


@dataclass(frozen=True)
class Step:
    """One step of a procedure, with the statements it ran and what they answered."""

    title: str
    acts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """A documented procedure that is run."""

    id: str  # area/procedure, for example "s3/export"
    title: str
    docs: str  # address of the documentation page
    document: str = ""  # the guide followed, where it is not that page
    since: int = 0  # first major it applies to; 0: no limit
    until: int = 0  # last major it applies to; 0: no limit
    needs: tuple[str, ...] = ()  # abilities asked of the server, for example "aws_s3"


@dataclass(frozen=True)
class Outcome:
    """What happened to one claim on one version."""

    scenario: str
    claim: str  # stable id: the test's name, with its parameters
    title: str  # the claim as a sentence
    version: str
    status: Status
    basis: Basis
    reason: str = ""  # why, for everything but passed
    steps: tuple[Step, ...] = ()
    documentation_findings: tuple[str, ...] = ()  # keys
    deviations: tuple[str, ...] = ()  # keys
    source: str = ""  # address of what the claim rests on; empty: the procedure's documentation
    certainty: Certainty = Certainty.UNSTATED

    @property
    def key(self) -> tuple[str, str, str]:
        """Order of outcomes in everything written."""
        return self.version, self.scenario, self.claim


@dataclass(frozen=True)
class DocumentationFinding:
    """A place where a document is wrong or outdated, as seen when it was run."""

    key: str
    document: str  # which document, and where in it
    says: str
    observed: str
    advice: str
    source: str  # where the right form is documented


@dataclass(frozen=True)
class Deviation:
    """A known difference between our sandbox and RDS, or between two backends.

    ``certainty`` is "known" where both sides are documented, "guessed" where
    what RDS does is not known and we had to choose.
    """

    key: str
    subject: str
    rds: str
    ours: str
    certainty: str
    evidence: str


@dataclass(frozen=True)
class GuideStep:
    """One step of a guide, and the claims that show whether it works."""

    section: str
    step: str  # its number in the section, as the guide counts, for example "2" or "CLI 4"
    does: str  # what it tells the reader to do, in our words
    claims: tuple[str, ...] = ()  # scenario and claim, "area/procedure::claim", all its parameters meant
    note: str = ""  # why no claim shows it, where none does


@dataclass(frozen=True)
class Guide:
    """A document that tells how to do something, step by step."""

    id: str  # the area of the scenarios that follow it, and a name: "extensions/user-guide"
    title: str
    docs: str  # its address
    steps: tuple[GuideStep, ...]


@dataclass(frozen=True)
class Environment:
    """What a version ran on: enough to repeat it, nothing that differs at every run."""

    version: str
    server: str  # server_version of the PostgreSQL that ran, for example "15.18"
    engine: str  # docker or local
    base: str  # distribution image or package the server came from
    s3: str  # S3 backend with version
    extensions: tuple[tuple[str, str], ...] = ()  # stand-ins and extensions that took part
    emulates: str = (
        ""  # whose lists it shows, for example "RDS for PostgreSQL 15.4"; empty for a user's server
    )


@dataclass(frozen=True)
class NotRun:
    """A version that was wanted and could not run."""

    version: str
    reason: str


@dataclass(frozen=True)
class Run:
    """Everything one run found out: the only input of every report."""

    scenarios: tuple[Scenario, ...]
    outcomes: tuple[Outcome, ...]
    environments: tuple[Environment, ...] = ()
    not_run: tuple[NotRun, ...] = ()
    documentation_findings: tuple[DocumentationFinding, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    guides: tuple[Guide, ...] = ()
    complete: bool = True  # false after Ctrl-C or a crash
    rdscheck_version: str = field(default="")
