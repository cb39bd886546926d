"""What some statements say, one after the other: a function without state, for this process or another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rdscheck.assess.dump import handlers
from rdscheck.assess.dump.acting import acts
from rdscheck.assess.dump.old import escaped
from rdscheck.assess.dump.parsing import Parsed, parse
from rdscheck.assess.dump.rows import FACTS, fact_of, inserted, table_of
from rdscheck.assess.dump.scene import HANDLERS, Said, Scene
from rdscheck.assess.dump.shown import unreadable
from rdscheck.assess.facts import Statement

assert handlers  # importing them registers them


@dataclass(frozen=True, slots=True)
class Understood:
    """What each of some statements said, and how many of them could be read."""

    said: list[list[Said]]
    read: int


def understood(scene: Scene, statements: Sequence[tuple[int, str]]) -> Understood:
    """Return what statements say, each with the line it starts at; the scene changes as they have it."""
    said: list[list[Said]] = []
    read = 0
    texts = [escaped(text) if scene.escapes else text for _, text in statements]
    for (line, text), parsed in zip(statements, parse(texts), strict=True):
        scene.line, scene.text = line, parsed.text
        if parsed.message:
            said.append([unreadable(scene.database, line, parsed.message, text)])
        else:
            read += 1
            said.append(list(_says(scene, parsed)))
    return Understood(said, read)


def _says(scene: Scene, parsed: Parsed) -> Iterator[Said]:
    if parsed.kind == "InsertStmt":
        table, columns = table_of(parsed.node)
        for row in inserted(parsed.node, columns):
            yield from fact_of(scene, table, row)
        if table not in FACTS:
            detail = ".".join(scene.path.relation(parsed.node.get("relation", {})))
            yield Statement(kind="insert", detail=detail, **scene.at)
    if handler := HANDLERS.get(parsed.kind):
        yield from handler(scene, parsed.node)
    yield from acts(scene, parsed.kind, parsed.node)
