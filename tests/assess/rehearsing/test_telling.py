"""What a rehearsal leaves: facts of what nobody foretold, and files that can be used."""

from dataclasses import replace
from pathlib import Path

import pytest

from rdscheck.assess.facts import Facts, Origin, Via
from rdscheck.assess.judge import judge
from rdscheck.assess.rehearsing.explaining import Cause, Explained
from rdscheck.assess.rehearsing.mending import mend
from rdscheck.assess.rehearsing.rehearsing import Rehearsal
from rdscheck.assess.rehearsing.restoring import Refusal
from rdscheck.assess.rehearsing.script import Script, Step
from rdscheck.assess.rehearsing.telling import refused, rehearsed, unseen, write
from rdscheck.assess.target import Move, read_target
from rdscheck.errors import RdscheckError

ODD = Step(b"CREATE USER MAPPING FOR a SERVER s OPTIONS (password 'sesame')\n;-- \xe9", 4, 5, "shop")


def rehearsal(cause: Cause) -> Rehearsal:
    explained = (Explained(Refusal(ODD, "42704", 'server "s" does not exist'), cause, line=2),)
    way = mend(Script("plain", [ODD]), explained, ())
    return Rehearsal("rds-17.11", 1, explained, (), (), way, passes=True)


def test_what_no_rule_explains_becomes_a_finding_without_secrets() -> None:
    facts = Facts(origin=Origin(Via.DUMP, "x"), refused=refused(rehearsal(Cause.UNEXPLAINED)))
    (found,) = [
        one
        for one in judge(facts, read_target("rds-17"), Move.RESTORE).findings
        if one.id == "rehearsal-refused"
    ]
    assert (found.line, found.database) == (4, "shop")
    assert found.message == 'The server says: server "s" does not exist (SQLSTATE 42704).'
    assert found.subject.startswith("statement CREATE USER MAPPING FOR a SERVER s")
    assert "sesame" not in found.subject


def test_statements_that_begin_alike_are_findings_of_their_own() -> None:
    good = rehearsal(Cause.UNEXPLAINED)
    (first,) = good.explained
    other = replace(first, refusal=replace(first.refusal, step=replace(ODD, line=9)))
    facts = Facts(origin=Origin(Via.DUMP, "x"), refused=refused(replace(good, explained=(first, other))))
    found = judge(facts, read_target("rds-17"), Move.RESTORE).findings
    told = [(one.line, one.subject[-4:]) for one in found if one.id == "rehearsal-refused"]
    assert told == [(4, told[0][1]), (9, " (2)")]


def test_an_archive_is_told_by_statements_and_not_by_lines() -> None:
    archive = replace(rehearsal(Cause.FOLLOWS), archive=True)
    first = replace(
        archive.explained[0],
        cause=Cause.UNEXPLAINED,
        refusal=replace(archive.explained[0].refusal, step=replace(ODD, text=b"CREATE SERVER s", line=2)),
    )
    both = replace(archive, explained=(first, *archive.explained))
    assert [(one.line, one.because) for one in rehearsed(both).met] == [
        (0, ""),
        (0, "CREATE SERVER s was refused"),
    ]
    assert [one.line for one in refused(both)] == [0]


def test_what_follows_becomes_none() -> None:
    assert refused(rehearsal(Cause.FOLLOWS)) == []
    (met,) = rehearsed(rehearsal(Cause.FOLLOWS)).met
    assert (met.cause, met.because) == ("follows", "line 2 was refused")


def test_what_could_not_be_rehearsed_is_not_seen() -> None:
    good = rehearsal(Cause.FOLLOWS)
    assert unseen(good) == []
    assert [one.reason for one in unseen(replace(good, not_run=("psql command \\i",)))] == [
        "psql command \\i"
    ]
    assert [one.reason for one in unseen(replace(good, passes=False))] == [
        "it does not go through even without what was refused"
    ]
    explained = (replace(good.explained[0], cause=Cause.SANDBOX, reason="the sandbox has no package of x"),)
    assert [one.reason for one in unseen(replace(good, explained=explained))] == [
        "the sandbox has no package of x"
    ]


def test_files_are_written_with_the_bytes_of_the_dump(tmp_path: Path) -> None:
    files = write(rehearsal(Cause.UNEXPLAINED), tmp_path / "new" / "place")
    assert [Path(one).name for one in files] == ["fixes.sql", "restore.sql"]
    assert b"\xe9" in Path(files[1]).read_bytes()
    assert b"sesame" in Path(files[1]).read_bytes()
    assert Path(files[1]).stat().st_mode & 0o077 == 0, "the dump's passwords are for its owner alone"


def test_a_list_of_an_earlier_rehearsal_is_removed_and_a_file_of_the_users_is_not(tmp_path: Path) -> None:
    """What is left of another dump does not belong to these fixes."""
    archive = Script("custom", [replace(ODD, entry=7)], {7: "Name: s; Type: SERVER"})
    first = rehearsal(Cause.UNEXPLAINED)
    first = replace(first, mend=mend(archive, first.explained, ()))
    write(first, tmp_path)
    write(rehearsal(Cause.UNEXPLAINED), tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["fixes.sql", "restore.sql"]
    write(first, tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["fixes.sql", "restore.list"]
    (tmp_path / "restore.sql").write_text("SELECT 'mine';\n")
    write(first, tmp_path)
    assert (tmp_path / "restore.sql").read_text() == "SELECT 'mine';\n"


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RdscheckError, match="cannot write to"):
        write(rehearsal(Cause.UNEXPLAINED), tmp_path / "file")
