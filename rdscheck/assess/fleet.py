"""Many sources at once: a list in a CSV file, a process for each, and none of them stops the others."""

import csv
import multiprocessing
import os
import pkgutil
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path

from rdscheck.assess import rules as package
from rdscheck.assess.effort import with_efforts
from rdscheck.assess.finding import Effort
from rdscheck.assess.live.connecting import SourceError
from rdscheck.assess.rule import rules
from rdscheck.assess.source import STDIN, Examined, Source, Wish, examine, looks_live, read_source
from rdscheck.assess.target import Target, read_target
from rdscheck.errors import RdscheckError, UsageError

COLUMNS = ("name", "target", "to", "databases")
_HINT = (
    "the first line is name,target,to,databases; only name and target are needed. "
    "to is a target such as rds-17, databases is all or empty"
)
ALL = "all"
#: How long a process has to end by itself, and how long is waited before a second try; seconds.
_GRACE = 2.0
_PAUSE = 1.0
#: How libpq's variables begin.
_LIBPQ = "PG"


@dataclass(frozen=True)
class Member:
    """One source of a fleet, and where it is to go."""

    name: str
    source: Source
    target: Target
    all_databases: bool = False


@dataclass(frozen=True)
class Limits:
    """``jobs`` at once, each with ``seconds`` of time and ``retries`` after a first try that failed."""

    jobs: int = 4
    seconds: float = 600.0
    retries: int = 1


@dataclass(frozen=True)
class Order:
    """What every source is asked: rules by id, the user's efforts, and how it is looked at."""

    ids: tuple[str, ...]
    efforts: Mapping[str, Effort] = field(default_factory=dict)
    wish: Wish = field(default_factory=Wish)


class Interrupted(RdscheckError):
    """The user ended the check before its time."""


#: What a source came to: an answer, or why there is none.
Result = Examined | RdscheckError
#: A result, and whether another try may help.
Answer = tuple[Result, bool]
Tell = Callable[[Member, Result], None]


def read_fleet(path: Path, target: Target | None, all_databases: bool = False) -> tuple[Member, ...]:
    """Return the sources of a CSV file; ``target`` is for rows that name none.

    Raises ``UsageError`` that says which line is wrong, without repeating what may hold a password.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = [(reader.line_num, row) for row in reader]
            header = reader.fieldnames or []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"--fleet {path} cannot be read: {error}", hint=_HINT) from error
    unknown = [name for name in header if name not in COLUMNS]
    if unknown or not {"name", "target"} <= set(header):
        told = f"the columns {', '.join(unknown)} are not known" if unknown else "a column is missing"
        raise UsageError(f"--fleet {path}: {told}", hint=_HINT)
    found = [_member(row, target, all_databases, f"{path}, line {line}") for line, row in rows]
    names = [one.name for one in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(
            f"--fleet {path}: {', '.join(twice)} is there twice", hint="names tell sources apart"
        )
    if not found:
        raise UsageError(f"--fleet {path} names no source", hint=_HINT)
    return tuple(found)


def _member(row: Mapping[str | None, str | None], target: Target | None, all_: bool, where: str) -> Member:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if None in row or not cells["name"] or not cells["target"]:
        raise UsageError(f"--fleet {where}: name or target is missing, or there is too much", hint=_HINT)
    if cells["databases"] not in {"", ALL}:
        raise UsageError(f"--fleet {where}: databases is all or empty", hint=_HINT)
    if cells["target"] == STDIN:
        raise UsageError(f"--fleet {where}: standard input is no member of a fleet", hint=_HINT)
    to = read_target(cells["to"]) if cells["to"] else target
    if to is None:
        raise UsageError(f"--fleet {where}: no target", hint="fill the column to, or give --target rds-17")
    try:
        source = read_source(cells["target"])
    except UsageError:
        # What cannot be read is that source's trouble and not that of all; it will be told there.
        source = Source(cells["target"], live=looks_live(cells["target"]), label=cells["name"])
    return Member(cells["name"], source, to, all_ or cells["databases"] == ALL)


@dataclass
class _Running:
    member: Member
    tried: int
    process: multiprocessing.process.BaseProcess
    deadline: float


def check_fleet(members: Sequence[Member], order: Order, limits: Limits, tell: Tell) -> dict[str, Result]:
    """Return the result of each member by name; ``tell`` is called with each as it comes.

    After Ctrl-C those that have none yet are ``Interrupted``. No process outlives the call.
    """
    context = multiprocessing.get_context("forkserver")
    # Rules are read once for all: processes begin as copies of one that has them.
    modules = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    context.set_forkserver_preload([__name__, *(one.name for one in modules)])
    waiting = deque((member, 1, 0.0) for member in members)
    running: dict[Connection, _Running] = {}
    results: dict[str, Result] = {}
    try:
        while waiting or running:
            _begin(context, waiting, running, order, limits)
            times = [one.deadline for one in running.values()]
            times += [waiting[0][2]] if waiting and len(running) < limits.jobs else []
            ready = wait(list(running), max(0.0, min(times) - time.monotonic()) if times else None)
            over = [conn for conn, one in running.items() if one.deadline <= time.monotonic()]
            for conn in [*ready, *(one for one in over if one not in ready)]:
                if not isinstance(conn, Connection):
                    continue
                one = running.pop(conn)
                result, again = _received(conn, one) if conn in ready else (_late(limits), True)
                _end(one, conn)
                if again and one.tried <= limits.retries:
                    waiting.append((one.member, one.tried + 1, time.monotonic() + _PAUSE * one.tried))
                else:
                    results[one.member.name] = result
                    tell(one.member, result)
    except KeyboardInterrupt:
        for member in members:
            results.setdefault(member.name, Interrupted("interrupted before it was checked"))
    finally:
        # Nobody waits for one after the other to end by itself: they are not asked any more.
        for one in running.values():
            one.deadline = 0.0
        for conn, one in running.items():
            _end(one, conn)
    return {member.name: results[member.name] for member in members}


def _begin(
    context: multiprocessing.context.ForkServerContext,
    waiting: "deque[tuple[Member, int, float]]",
    running: dict[Connection, _Running],
    order: Order,
    limits: Limits,
) -> None:
    now = time.monotonic()
    while waiting and len(running) < limits.jobs:
        due = next((one for one in waiting if one[2] <= now), None)
        if due is None:
            waiting.rotate(-min(range(len(waiting)), key=lambda number: waiting[number][2]))
            return
        waiting.remove(due)
        member, tried, _ = due
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(theirs, member, order, _passed_on()), daemon=False)
        process.start()
        theirs.close()
        running[ours] = _Running(member, tried, process, time.monotonic() + limits.seconds)


def _passed_on() -> dict[str, str]:
    """Return libpq's part of the environment: whom processes are copied from may have begun with another."""
    return {name: value for name, value in os.environ.items() if name.startswith(_LIBPQ)}


def _work(conn: Connection, member: Member, order: Order, environment: Mapping[str, str]) -> None:
    """Examine one source, in a process and a session of its own."""
    os.setsid()
    for name in _passed_on():
        del os.environ[name]
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        answer: Answer = _examined(member, order), False
    except RdscheckError as error:
        # Another try helps neither where the server itself refused, nor where the input is wrong.
        answer = error, isinstance(error, SourceError) and not error.refused
    with suppress(BrokenPipeError):
        conn.send(answer)
    conn.close()


def _examined(member: Member, order: Order) -> Examined:
    known = rules()
    asked = with_efforts({id_: known[id_] for id_ in order.ids}, order.efforts)
    wish = Wish(order.wish.move, member.all_databases, order.wish.names)
    return examine(member.source, member.target, asked, wish)


def _received(conn: Connection, one: _Running) -> Answer:
    try:
        answer: Answer = conn.recv()
    except (EOFError, OSError):
        one.process.join(_GRACE)
        return SourceError(f"the process that checked it died (exit code {one.process.exitcode})"), True
    return answer


def _late(limits: Limits) -> RdscheckError:
    return SourceError(f"no answer within {limits.seconds:g} seconds", hint="--time-limit gives it more")


def _end(one: _Running, conn: Connection) -> None:
    conn.close()
    one.process.join(0 if one.deadline <= time.monotonic() else _GRACE)
    if one.process.exitcode is None and one.process.pid is not None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                # Its own processes belong to its session.
                os.killpg(one.process.pid, number)
            except (ProcessLookupError, PermissionError):
                one.process.kill()  # it has no session of its own yet, and no processes either
            one.process.join(_GRACE)
            if one.process.exitcode is not None:
                break
        else:
            one.process.kill()
            one.process.join()
    one.process.close()
