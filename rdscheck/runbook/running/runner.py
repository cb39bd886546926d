"""Run the blocks of a page in their order and give each its verdict."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rdscheck.deviations import DOCUMENTATION_FINDINGS
from rdscheck.model import Basis
from rdscheck.runbook.acting import Configuration, Done, Lab, Names
from rdscheck.runbook.model import Block, Judged, Kind, Knowledge, Page, Piece, Printed, Ran, Verdict
from rdscheck.runbook.reading.telling import FROM_LOG
from rdscheck.runbook.running.comparing import Compared, compare, concealed
from rdscheck.runbook.running.cutting import bounded, reported
from rdscheck.runbook.running.knowing import Seen, known, said
from rdscheck.runbook.running.logged import MASKS as LOG_MASKS
from rdscheck.runbook.running.logged import audits, compared
from rdscheck.runbook.running.masking import MASKS, configured
from rdscheck.runbook.running.missing import made, missed
from rdscheck.runbook.running.older import Extensions
from rdscheck.runbook.running.policies import policy_files
from rdscheck.runbook.running.results import INTERRUPTED
from rdscheck.runbook.running.setting_up import set_up
from rdscheck.runbook.running.surroundings import Surroundings, block_at
from rdscheck.runbook.running.twins import OTHERS, WINDOWS, forms, repeated, twins
from rdscheck.runbook.running.wording import differing, error_of, fails_as_shown

#: Kinds whose pieces a lab runs.
RUNNABLE = frozenset({Kind.SQL, Kind.PSQL, Kind.SHELL, Kind.DUCKDB, Kind.TDS, Kind.CONSOLE})

_WORST = (Verdict.FAILED, Verdict.NOT_RUNNABLE, Verdict.DIFFERS, Verdict.SIMULATED, Verdict.PASSED)
_BASES = (Basis.EMULATED, Basis.STAND_IN, Basis.REAL)
_NO_COMMAND = {
    Kind.POLICY: "a policy that no later command of the page reads",
    Kind.YAML: "configuration of another program",
    Kind.CODE: "source text of another language",
    Kind.TEXT: "text that nothing here runs",
    Kind.OUTPUT: "an output that no block of the page prints",
}
_PROBE = 10.0  # seconds for a question of our own

#: Told before a block is run, with None, and after it, with what became of it.
Progress = Callable[[Block, Judged | None], None]


@dataclass(frozen=True)
class _Tried:
    """What became of one piece."""

    piece: Piece
    verdict: Verdict
    detail: str = ""
    printed: Printed | None = None  # as a report shows it
    raw: Printed | None = None
    basis: Basis | None = None
    diff: str = ""
    masks: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    because: int = 0  # the number of the block that was not run and is needed


@dataclass
class _State:
    """What later blocks have to know of those before."""

    judged: dict[int, Judged] = field(default_factory=dict)
    raw: dict[int, tuple[Printed, ...]] = field(default_factory=dict)  # as it came, by block
    unmade: dict[str, int] = field(default_factory=dict)  # name: block that was to make it and did not run
    broken: dict[str, int] = field(default_factory=dict)  # name: block that failed at it
    said: str = ""  # the page's statements so far


class Runner:
    """One page in one lab. ``judge`` takes the blocks in the order of the page; each is run once."""

    def __init__(
        self,
        page: Page,
        lab: Lab,
        names: Names,
        configuration: Configuration,
        lines: Collection[int] = (),
    ) -> None:
        """Take only the blocks at ``lines``, where some are given; raises ``UsageError`` for other lines."""
        self.page, self.lab, self.names, self.configuration = page, lab, names, configuration
        self.interrupted = False
        self._notes: tuple[str, ...] = ()
        self._set_up = False
        self._state = _State()
        self._around = Surroundings(page)
        self._extensions = Extensions(self._ask, lab.version)
        self._rules = (*configured(configuration.masks), *MASKS)
        self._files = policy_files(page)
        self._forms = forms(page, self._around.prose)
        self._twins = twins(page, self._forms)
        self._outputs = {one.shows: one for one in reversed(page.blocks) if one.shows}
        wanted = {block_at(page, line).number for line in lines}
        self.blocks = tuple(one for one in page.blocks if not wanted or one.number in wanted)
        self._skip = {block_at(page, line).number: why for line, why in configuration.skip.items()}
        major = int(lab.version.partition(".")[0])
        self._expected = {
            block_at(page, one.line).number: one
            for one in configuration.expected
            if not one.majors or major in one.majors
        }

    def ran(self) -> Ran:
        """Return what became of the page; blocks that were not reached are not runnable: interrupted."""
        judged = tuple(
            self._state.judged.get(block.number) or self._not_reached(block) for block in self.blocks
        )
        return Ran(
            page=self.page,
            version=self.lab.version,
            server=self.lab.server,
            judged=judged,
            placeholders=self.names.placeholders,
            notes=(*self.lab.notes(), *self._notes),
        )

    def run(self, progress: Progress | None = None) -> Ran:
        """Run all blocks. After Ctrl-C what has not run yet says so."""
        try:
            for block in self.blocks:
                if progress:
                    progress(block, None)
                judged = self.judge(block)
                if progress:
                    progress(block, judged)
        except KeyboardInterrupt:
            self.interrupted = True
        return self.ran()

    def judge(self, block: Block) -> Judged:
        """Run a block that has not run yet, and return its verdict.

        Before the first one the set-up files are run; raises ``RdscheckError`` when one fails.
        """
        if block.number in self._state.judged:
            return self._state.judged[block.number]
        if not self._set_up:
            self._set_up = True
            for path in self.configuration.setup:
                self._notes += (set_up(self.lab, Path(path)),)
        judged = self._expecting(self._judge(block))
        self._state.judged[block.number] = judged
        return judged

    def _judge(self, block: Block) -> Judged:
        if reason := self._skip.get(block.number):
            self._left_out(block)
            told = f"left out: {reason}"
            return self._told(
                Judged(block, Verdict.NOT_RUNNABLE, told, expected=Verdict.NOT_RUNNABLE, reason=reason)
            )
        if block.kind is Kind.OUTPUT and block.shows:
            return self._told(self._output(block))
        if block.kind is Kind.OUTPUT and block.why == FROM_LOG and self._state.judged:
            return self._told(self._logged(block))
        if block.kind is Kind.POLICY and block.number in self._files:
            return self._told(self._written(block, *self._files[block.number]))
        if block.kind not in RUNNABLE or not block.pieces:
            why = block.why or _NO_COMMAND.get(block.kind, "nothing in it can be run")
            return self._told(Judged(block, Verdict.NOT_A_COMMAND, why))
        return self._told(self._commands(block))

    def _commands(self, block: Block) -> Judged:
        """Run a block's pieces, unless the block before told the same for another system."""
        form = self._forms.get(block.number, OTHERS)
        twin = self._twins.get(block.number, 0)
        if source := self._state.judged.get(twin):
            self._state.raw[block.number] = self._state.raw.get(twin, ())
            return repeated(block, source, form)
        judged = self._pieces(block)
        return replace(judged, remarks=(WINDOWS, *judged.remarks)) if form == WINDOWS else judged

    def _pieces(self, block: Block) -> Judged:
        limit = time.monotonic() + self.configuration.seconds
        tried = [self._piece(block, piece, limit - time.monotonic()) for piece in block.pieces]
        tried = self._as_shown(block, tried)
        self._state.raw[block.number] = tuple(one.raw for one in tried if one.raw)
        worst = next(one for verdict in _WORST for one in tried if one.verdict is verdict)
        told = "; ".join(
            dict.fromkeys(one.detail for one in tried if one.detail and one.verdict is worst.verdict)
        )
        judged = Judged(
            block,
            worst.verdict,
            told,
            printed=tuple(one.printed for one in tried if one.printed),
            diff="\n".join(one.diff for one in tried if one.diff),
            basis=_basis(one.basis for one in tried),
            remarks=tuple(dict.fromkeys(remark for one in tried for remark in one.remarks)),
            masks=tuple(dict.fromkeys(mask for one in tried for mask in one.masks)),
        )
        return self._inherited(judged, next((one.because for one in tried if one.because), 0))

    def _piece(self, block: Block, piece: Piece, seconds: float) -> _Tried:
        if unbound := self.names.unbound(piece.text, block.kind):
            self._unmade(block, piece)
            return _Tried(piece, Verdict.NOT_RUNNABLE, f"nothing is bound to {', '.join(unbound)}")
        if seconds <= 0:
            limit = f"time limit of {self.configuration.seconds:g} s"
            return _Tried(piece, Verdict.FAILED, f"not reached: the block's {limit} was used up")
        done = self.lab.run(block.kind, self.names.bind(piece.text, block.kind), seconds)
        self._state.said += piece.text + "\n"
        if done.not_run:
            self._unmade(block, piece)
            return _Tried(piece, Verdict.NOT_RUNNABLE, self._shown(done.not_run))
        output = self._shown(bounded(done.output))
        raw = Printed(piece, output, done.status, done.sqlstate, self._shown(done.ended))
        return self._verdict(block, piece, done, raw)

    def _verdict(self, block: Block, piece: Piece, done: Done, raw: Printed) -> _Tried:
        compared = self._compared(piece.expected, raw.output, piece.text)
        printed = self._concealed(raw)
        tried = _Tried(
            piece,
            Verdict.SIMULATED if block.kind is Kind.CONSOLE else Verdict.PASSED,
            printed=printed,
            raw=raw,
            basis=done.basis,
            remarks=done.remarks,
            diff=compared.diff if compared else "",
            masks=compared.masks if compared else (),
        )
        if not printed.status and not printed.ended:
            for name in made(piece.text, block.kind):
                self._state.unmade.pop(name, None)
                self._state.broken.pop(name, None)
            if block.kind in {Kind.SQL, Kind.PSQL}:
                self._extensions.created(piece.text)
            if compared and not compared.equal:
                return replace(tried, verdict=Verdict.DIFFERS, detail=differing(compared.diff))
            return tried
        if compared and compared.equal and not printed.ended and fails_as_shown(piece.expected or ""):
            return replace(tried, detail="it is refused, as the page shows")
        return self._failure(block, tried, raw, error_of(printed))

    def _failure(self, block: Block, tried: _Tried, raw: Printed, error: str) -> _Tried:
        """Tell whether a failure says something of RDS, or only that something is missing here."""
        needed, reason = 0, self._extensions.lacking(raw.output, error)
        names = missed(raw.output, raw.sqlstate)
        if not reason and (
            needed := next((self._state.unmade[name] for name in names if name in self._state.unmade), 0)
        ):
            line = f"line {self._around.block(needed).line}" if needed != block.number else "this block"
            reason = f"it needs what {line} makes, which was not run: {error}"
        if reason:
            self._unmade(block, tried.piece)
            return replace(
                tried, verdict=Verdict.NOT_RUNNABLE, detail=reason, diff="", basis=None, because=needed
            )
        for name in made(tried.piece.text, block.kind):
            self._state.broken[name] = block.number
        return replace(tried, verdict=Verdict.FAILED, detail=error)

    def _ask(self, statement: str) -> str:
        return self.lab.run(Kind.SQL, statement, _PROBE).output

    def _as_shown(self, block: Block, tried: list[_Tried]) -> list[_Tried]:
        """Let a refusal pass that the page itself shows, in the output right below the block."""
        output = self._outputs.get(block.number)
        if output is None or not fails_as_shown(output.text):
            return tried
        return [
            replace(one, verdict=Verdict.PASSED, detail="it is refused, as the page shows")
            if one.verdict is Verdict.FAILED
            and one.raw
            and not one.raw.ended
            and (compared := self._compared(output.text, one.raw.output, one.piece.text))
            and compared.equal
            else one
            for one in tried
        ]

    def _output(self, block: Block) -> Judged:
        """Compare an output with what the block printed whose output it is."""
        source = self._state.judged.get(block.shows)
        if source is None:
            line = self._around.block(block.shows).line
            detail = f"line {line}, whose output this is, was not asked for"
            return Judged(block, Verdict.NOT_RUNNABLE, detail)
        line = source.block.line
        if not source.printed:
            reason = f": {source.detail}" if source.detail else ""
            detail = f"line {line}, whose output this is, was not run{reason}"
            return self._inherited(Judged(block, Verdict.NOT_RUNNABLE, detail), block.shows)
        best, some = self._likest(block.text, self._state.raw.get(block.shows, source.printed))
        shown = tuple(map(self._concealed, some))
        if best.equal:
            return Judged(block, Verdict.PASSED, printed=shown, basis=source.basis, masks=best.masks)
        if source.verdict is Verdict.NOT_RUNNABLE:
            detail = f"line {line}, whose output this is, was not run whole: {source.detail}"
            return self._inherited(Judged(block, Verdict.NOT_RUNNABLE, detail), block.shows)
        detail = f"line {line} printed something else: {differing(best.diff)}"
        return Judged(block, Verdict.DIFFERS, detail, printed=shown, diff=best.diff, basis=source.basis)

    def _logged(self, block: Block) -> Judged:
        """Compare an excerpt of a log with what the server has written since the page began."""
        wanted = audits(block.text)
        written = self.lab.audits() if wanted else None
        if written is None:
            return Judged(block, Verdict.NOT_A_COMMAND, block.why)
        told = compared(wanted, written)
        if not told:
            detail = "the server has logged it"
            return Judged(block, Verdict.PASSED, detail, basis=Basis.REAL, masks=LOG_MASKS)
        told = self._shown(told)
        detail = f"the server has logged something else: {differing(told)}"
        return Judged(block, Verdict.DIFFERS, detail, diff=told, basis=Basis.REAL)

    def _likest(self, text: str, printed: Sequence[Printed]) -> tuple[Compared, tuple[Printed, ...]]:
        """Compare with the whole output of a block, and with that of each piece: a page may show either."""
        choices = dict.fromkeys([tuple(printed), *((one,) for one in reversed(printed))])
        compared = [
            (
                self._compare(
                    text,
                    "\n".join(one.output for one in some),
                    "\n".join(one.piece.text for one in some),
                ),
                some,
            )
            for some in choices
        ]
        return max(compared, key=lambda one: (one[0].equal, one[0].likeness))

    def _written(self, block: Block, name: str, reader: int) -> Judged:
        """Write a policy to the file that a later command reads it from."""
        if unbound := self.names.unbound(block.text, block.kind):
            return Judged(block, Verdict.NOT_RUNNABLE, f"nothing is bound to {', '.join(unbound)}")
        text = self.names.bind(block.text, block.kind)
        mark = "RDSCHECK_END_OF_FILE"
        while mark in text:
            mark += "_"
        done = self.lab.run(
            Kind.SHELL, f"cat > {name} <<'{mark}'\n{text}\n{mark}", self.configuration.seconds
        )
        if done.not_run or done.status:
            reason = done.not_run or done.output.strip()
            return Judged(
                block, Verdict.NOT_RUNNABLE, f"it cannot be written to {name}: {self._shown(reason)}"
            )
        detail = f"written to {name}, which line {self._around.block(reader).line} reads"
        return Judged(block, Verdict.PASSED, detail, basis=done.basis)

    def _told(self, judged: Judged) -> Judged:
        """Add what is known about a block and what it printed."""
        around, block = self._around, judged.block
        output = self._output_text(judged)
        seen = Seen(judged, around.prose(block), self.lab.version, output, around.prose_line(block))
        failed = judged.verdict is Verdict.FAILED
        texts = [one.text for one in block.pieces]
        told = list(known(seen))
        # What a document is known to be wrong about is no matter of an extension's age.
        open_ = failed and not any(one.key in DOCUMENTATION_FINDINGS for one in told)
        older = map(Knowledge, self._extensions.told(texts, failed=open_))
        found = [*older, *told, *said(*around.below(block))]
        for one in judged.printed if failed else ():
            for name in missed(one.output, one.sqlstate):
                if number := self._state.broken.get(name):
                    if number != judged.block.number:
                        found.insert(0, seen.follows(name, self._around.block(number).line))
                    break
        return replace(judged, known=tuple(dict.fromkeys(found)))

    def _output_text(self, judged: Judged) -> str:
        """Return what a block printed; of an output, what the block printed whose output it is."""
        source = self._state.judged.get(judged.block.shows) if judged.block.shows else judged
        return "\n".join(one.output for one in source.printed) if source else ""

    def _expecting(self, judged: Judged) -> Judged:
        one = self._expected.get(judged.block.number)
        if one is None:
            return judged
        return replace(judged, expected=Verdict(one.verdict), reason=one.reason)

    def _inherited(self, judged: Judged, number: int) -> Judged:
        """Let what follows from a block that is known not to run be known, too."""
        source = self._state.judged.get(number)
        if source is None or source.expected is not Verdict.NOT_RUNNABLE:
            return judged
        return replace(judged, expected=Verdict.NOT_RUNNABLE, reason=source.reason)

    def _not_reached(self, block: Block) -> Judged:
        if block.kind not in RUNNABLE and not block.shows:
            return Judged(block, Verdict.NOT_A_COMMAND, block.why or _NO_COMMAND[block.kind])
        return Judged(block, Verdict.NOT_RUNNABLE, INTERRUPTED)

    def _left_out(self, block: Block) -> None:
        for piece in block.pieces:
            self._unmade(block, piece)

    def _unmade(self, block: Block, piece: Piece) -> None:
        for name in made(piece.text, block.kind):
            self._state.unmade.setdefault(name, block.number)

    def _compared(self, expected: str | None, output: str, statement: str) -> Compared | None:
        return None if expected is None else self._compare(expected, output, statement)

    def _compare(self, expected: str, output: str, statement: str) -> Compared:
        return compare(expected, output, statement, rules=self._rules, said=self._state.said)

    def _concealed(self, printed: Printed) -> Printed:
        text = concealed(printed.output, printed.piece.text, self._rules, self._state.said)
        return replace(printed, output=reported(text))

    def _shown(self, text: str) -> str:
        shown = self.names.shown(text)
        return replaced(shown, self.lab.shown())


def run(
    page: Page,
    lab: Lab,
    names: Names,
    configuration: Configuration,
    progress: Progress | None = None,
) -> Ran:
    """Run a page in a lab. After Ctrl-C what has not run yet is not runnable: interrupted."""
    return Runner(page, lab, names, configuration).run(progress)


def replaced(text: str, shown: Mapping[str, str]) -> str:
    """Return a text with what differs at each run replaced, longer ones first."""
    for real in sorted(shown, key=lambda one: (-len(one), one)):
        if real:
            text = text.replace(real, shown[real])
    return text


def _basis(found: Iterable[Basis | None]) -> Basis | None:
    bases = set(found)
    return next((one for one in _BASES if one in bases), None)
