"""The dumps of the corpus restored for real, and how much of what is refused the rules explain."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rdscheck.assess.rehearsing.explaining import Cause
from rdscheck.assess.rehearsing.rehearsing import Rehearsal, rehearse
from rdscheck.assess.target import Move, read_target
from rdscheck.model import Version
from rdscheck.sandbox.pool import Pool
from tests.assess.making import Made, Workshop
from tests.corpus.entries import Entry
from tests.corpus.running import why_not

_AT_ONCE = 3

#: Not refusals of the target: nothing is lost, or the sandbox alone lacks something.
_NOTHING = (Cause.HARMLESS, Cause.SANDBOX)


@dataclass
class Rehearsals:
    """What came of each entry: the text of its dump rehearsed."""

    told: list[tuple[Entry, Rehearsal]] = field(default_factory=list)

    def causes(self) -> Counter[Cause]:
        """Count refusals by what they come from."""
        return Counter(one.cause for _, rehearsal in self.told for one in rehearsal.explained)

    @property
    def explained(self) -> float:
        """Return which part of the target's refusals a rule explains, or what a rule explains leads to."""
        causes = self.causes()
        all_ = sum(number for cause, number in causes.items() if cause not in _NOTHING)
        return 1 - causes[Cause.UNEXPLAINED] / all_ if all_ else 1.0


def rehearse_all(pool: Pool, major: int, corpus: Sequence[Entry]) -> Rehearsals:
    """Rehearse the dumps of databases made on a major, and the texts of dumps that go to it."""
    server = pool.server(Version(major))
    made = [
        (entry, Made(entry.sql, entry.clean))
        for entry in corpus
        if entry.form == "database" and entry.move is Move.RESTORE and not why_not(entry, server)
    ]
    workshop = Workshop(server)
    workshop.make([one for _, one in made])
    try:
        workshop.dump([one for _, one in made])
    finally:
        workshop.clean([one for _, one in made])
    texts = [(entry, one.text) for entry, one in made if one.text and not one.error]
    texts += [(entry, entry.sql) for entry in corpus if entry.form == "dump" and entry.move is Move.RESTORE]
    found = Rehearsals()
    with tempfile.TemporaryDirectory() as room, ThreadPoolExecutor(_AT_ONCE) as threads:
        jobs = []
        for number, (entry, text) in enumerate(texts):
            target = read_target(entry.target or f"rds-{major}")
            if target.major == major:
                path = Path(room) / f"{number}.sql"
                path.write_text(text, encoding="utf-8", newline="")
                jobs.append((entry, threads.submit(rehearse, path, entry.name, target, pool.engine)))
        found.told = [(entry, job.result()) for entry, job in jobs]
    return found
