"""A database with one of almost everything: all forms of its dump make the same facts."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from rdscheck.assess.dump.reading import read_dump
from rdscheck.assess.facts import Facts, Flavour
from rdscheck.errors import UsageError
from rdscheck.model import Version
from rdscheck.sandbox.client import Client
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import ADMIN, Server, unique_name
from rdscheck.sandbox.sweep import end_run
from tests.assess.dump.dumps import comparable
from tests.conftest import PACKAGED, THOROUGH
from tests.sandbox.places import place

#: The oldest and the newest differ most.
MAJORS = PACKAGED if THOROUGH else (PACKAGED[0], PACKAGED[-1])
FORMS = ("plain", "custom", "directory", "tar", "dumpall")

EVERYTHING = Path(__file__).with_name("everything.sql")

#: Of these a dump of one database has nothing, or less than one of all.
INSTANCE = ("roles", "memberships", "tablespaces")


@dataclass(frozen=True)
class Dumps:
    """Dumps of one database: paths by form. ``new`` is its name and how roles in it are called."""

    major: int
    version: str
    new: str
    paths: dict[str, Path]

    def facts(self, form: str) -> Facts:
        return read_dump(self.paths[form], form)


@pytest.fixture(scope="module", params=[f"docker-{major}" for major in MAJORS])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    engine, major = place(request.param)
    run = RunDir.create(Owner.me())
    try:
        yield Pool(run, choose(engine)).server(Version(major))
    finally:
        end_run(run)


@pytest.fixture(scope="module")
def dumps(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Dumps:
    new = unique_name("dump")
    server.create_named_database(new)
    with server.admin(new) as admin:
        admin.execute(EVERYTHING.read_text().replace("{new}", new).replace("{database}", new).encode())
    directory = tmp_path_factory.mktemp("dumps")
    paths = {form: directory / form for form in FORMS}
    with Client(server.info, new, ADMIN, server.info.admin_password) as client:
        client.shell(
            "pg_dump -C -f plain && pg_dump -Fc -f custom && pg_dump -Ft -f tar && pg_dump -Fd -f directory"
            " && pg_dumpall -f dumpall && tar -cf packed directory"
        )
        for form in ("plain", "custom", "tar", "dumpall"):
            paths[form].write_bytes(client.get(form))
        with tarfile.open(fileobj=io.BytesIO(client.get("packed"))) as packed:
            packed.extractall(directory, filter="data")
    return Dumps(server.major, server.server_version, new, paths)


def of_database(facts: Facts, name: str) -> dict[str, list[str]]:
    """Return what a dump says of one database, without what depends on the dump's form."""
    kept = replace(
        facts,
        settings=[one for one in facts.settings if one.scope != "session"],
        statements=[one for one in facts.statements if one.kind == "copy"],
    )
    found = comparable(kept, *INSTANCE, "databases")
    own = {where: [one for one in values if f"database={name!r}" in one] for where, values in found.items()}
    own["databases"] = [repr(replace(one, line=0)) for one in facts.databases if one.name == name]
    return {where: values for where, values in own.items() if values}


@pytest.mark.parametrize("form", FORMS[1:])
def test_every_form_says_the_same(dumps: Dumps, form: str) -> None:
    expected = of_database(dumps.facts("plain"), dumps.new)
    facts = dumps.facts(form)
    assert of_database(facts, dumps.new) == expected
    assert (facts.origin.format, facts.origin.major) == (form, dumps.major)
    assert facts.origin.version == dumps.version
    assert facts.origin.flavour == Flavour.RDS
    assert facts.unreadable == []


def test_archives_may_be_compressed_or_come_through_a_pipe(dumps: Dumps, tmp_path: Path) -> None:
    expected = comparable(dumps.facts("custom"))
    packed = tmp_path / "custom.gz"
    packed.write_bytes(gzip.compress(dumps.paths["custom"].read_bytes()))
    assert comparable(read_dump(packed)) == expected
    assert comparable(read_dump(io.BytesIO(dumps.paths["tar"].read_bytes()))) == expected


#: What the database has: no languages (a handler in C is needed), tablespaces (a directory of the server),
#: transforms, security labels, jobs and partition sets.
MADE = """
    access_methods acts aggregates casts collations columns conversions databases default_privileges
    event_triggers extensions functions grants indexes large_objects memberships operator_classes operators
    publications relations roles schemas servers settings statements subscriptions text_search triggers types
    user_mappings wrappers
"""


def test_one_of_everything_makes_facts(dumps: Dumps) -> None:
    assert set(MADE.split()) == set(comparable(dumps.facts("dumpall")))


def test_an_archive_that_is_cut_is_an_error(dumps: Dumps, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    for form in ("custom", "tar"):
        cut.write_bytes(dumps.paths[form].read_bytes()[: dumps.paths[form].stat().st_size // 3])
        with pytest.raises(UsageError, match=r"pg_restore cannot read it|ends before it is complete"):
            read_dump(cut)


def test_an_archive_that_lacks_the_end_of_its_data_is_not_whole(dumps: Dumps, tmp_path: Path) -> None:
    """Its schema, which stands first, can be read; the restore would fail all the same."""
    cut = tmp_path / "cut"
    cut.write_bytes(dumps.paths["custom"].read_bytes()[:-7])
    (told,) = read_dump(cut).unreadable
    assert told.message == "the archive ends within its data"
    assert dumps.facts("custom").unreadable == []
    for source in (cut, io.BytesIO(dumps.paths["tar"].read_bytes()[:-1100])):
        if source is cut:
            cut.write_bytes(dumps.paths["tar"].read_bytes()[:-1100])
        with pytest.raises(UsageError, match="ends before it is complete"):
            read_dump(source, "cut")


def test_roles_of_the_whole_instance(dumps: Dumps) -> None:
    facts = dumps.facts("dumpall")
    (role,) = (one for one in facts.roles if one.name == f"{dumps.new}_role")
    assert (role.login, role.connection_limit, role.valid_until) == (True, 3, "2030-01-01 00:00:00+00")
    assert role.password == ("scram" if dumps.major > 13 else "md5")
    assert {one.role for one in facts.memberships if one.member == role.name} == {
        f"{dumps.new}_group",
        "pg_read_server_files",
    }
    (path,) = (one for one in facts.settings if one.subject == role.name and one.scope == "role")
    assert path.value == 'app, "Mixed Case", ""'
    assert "hunter2" not in str(facts)
