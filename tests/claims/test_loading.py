"""The reader of claims takes what is exactly right and says what is not, with file and claim."""

from pathlib import Path

import pytest

from rdscheck.claims.data import Range
from rdscheck.claims.loading import ClaimError, load
from rdscheck.errors import ExitCode
from rdscheck.model import Basis, Certainty

REFUSED = """
[[claim]]
id = "refused"
says = "It is refused."
as = ["ordinary", "owner"]
sql = "SELECT 1"
expect = "refuse"
sqlstate = "42501"
text = "no"
source = "https://docs.example/page"
certainty = "documented"
"""
ALLOWED = """
[[claim]]
id = "allowed"
says = "It is allowed."
as = "master"
setup = ["CREATE TABLE t (i integer)", { as = "rdsadmin", sql = "SELECT 1" }]
sql = ["BEGIN", "SELECT 1"]
expect = "allow"
shows = 1
check = { as = "me", sql = "SELECT 2", shows = [[2], [3]] }
pair = "refused"
source = "page"
certainty = "observed"
"""


def write(tmp_path: Path, text: str) -> Path:
    (tmp_path / "sources.toml").write_text('page = "https://docs.example/other"\n')
    path = tmp_path / "area.toml"
    path.write_text(text)
    return path


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    refused, allowed = load(write(tmp_path, REFUSED + ALLOWED))
    assert (refused.area, refused.id, refused.roles) == ("area", "refused", ("ordinary", "owner"))
    assert refused.text.of(17, "") == "no"
    assert refused.pair == "allowed"  # told by the twin
    assert allowed.source == "https://docs.example/other"
    assert [one.role for one in allowed.setup] == ["master", "rdsadmin"]
    assert allowed.sql == ("BEGIN", "SELECT 1")
    assert allowed.shows == ((1,),)
    assert allowed.checks[0].shows == ((2,), (3,))
    assert allowed.certainty is Certainty.OBSERVED


def test_a_twin_takes_what_it_does_not_say(tmp_path: Path) -> None:
    twin = """
[[claim]]
id = "twin"
like = "allowed"
says = "It is refused to others."
as = "ordinary"
expect = "refuse"
sqlstate = "42501"
text = "no"
certainty = "documented"
"""
    allowed, _, found = load(write(tmp_path, ALLOWED + REFUSED + twin))
    assert (found.sql, found.setup, found.source) == (allowed.sql, allowed.setup, allowed.source)
    assert found.pair == "allowed"
    assert found.checks == ()


def test_values_by_version(tmp_path: Path) -> None:
    text = REFUSED.replace(
        'text = "no"',
        'text = { "-14" = "old", "15" = "new", "16-" = "newer" }\nneeds = { "-15" = "rdsutils" }',
    )
    (claim,) = load(write(tmp_path, text))
    assert [claim.text.of(major, "") for major in (13, 14, 15, 16, 19)] == [
        "old",
        "old",
        "new",
        "newer",
        "newer",
    ]
    assert [claim.needed(major) for major in (15, 16)] == [("rdsutils",), ()]
    assert [claim.obtained(major) for major in (15, 16)] == [Basis.EMULATED, Basis.REAL]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "refused"', 'id = "Not Kebab"', "claim 1: id 'Not Kebab' is not in kebab-case"),
        ('sqlstate = "42501"', 'sqlstate = "42501"\ncolour = "red"', "refused: unknown field colour"),
        ('source = "https://docs.example/page"\n', "", "refused: source is missing"),
        ('"https://docs.example/page"', '"nobody"', "neither a web address nor a name of sources.toml"),
        ('certainty = "documented"', "", "refused: certainty is missing"),
        ('certainty = "documented"', 'certainty = "sure"', "certainty 'sure' is none of"),
        ('certainty = "documented"', 'certainty = "guessed"', "a guess names the deviation it rests_on"),
        ('certainty = "documented"', 'certainty = "guessed"\nrests_on = "nothing"',
         "no deviation has the key"),
        ('as = ["ordinary", "owner"]', 'as = "nobody"', "nobody is called 'nobody'"),
        ('as = ["ordinary", "owner"]', 'as = ["owner", "owner"]', "a role is named twice"),
        ('as = ["ordinary", "owner"]', 'as = "rdsadmin"', "nobody is called 'rdsadmin'"),
        ('expect = "refuse"', 'expect = "maybe"', "neither allow nor refuse"),
        ('text = "no"', "", "a refusal needs sqlstate and text"),
        ('text = "no"', 'text = "no"\nshows = 1', "a refused act shows no rows"),
        ('sqlstate = "42501"', 'sqlstate = "4250"', "'4250' is no SQLSTATE"),
        ('sql = "SELECT 1"', 'sql = "SELECT {colour}"', "'{colour}' is no placeholder"),
        ('sql = "SELECT 1"', 'sql = "SELECT {role:king}"', "'{role:king}' is no placeholder"),
        ('sql = "SELECT 1"', "sql = \"SELECT '}'\"", "'}' is no placeholder"),
        ('text = "no"', 'text = "no {it'+'self}"', "is no placeholder"),
        ('sql = "SELECT 1"', 'sql = "SELECT 1"\nsetup = [{ sql = "SELECT 1" }]',
         "setup is SQL or has as and sql"),
        ('sql = "SELECT 1"', 'sql = "SELECT 1"\nsetup = [{ as = "x", sql = "SELECT 1" }]',
         "nobody is called 'x'"),
        ('sql = "SELECT 1"', 'sql = "SELECT 1"\nsince = 17\nuntil = 15', "no version is inside 17-15"),
        ('sql = "SELECT 1"', 'sql = "SELECT 1"\nsince = "17"', "'17' is no major version"),
        ('text = "no"', 'text = { "13-15" = "a", "15-" = "b" }', "13-15 and 15- overlap"),
        ('text = "no"', 'text = { "13-15" = "a", "17-" = "b" }', "nothing is said for 16"),
        ('text = "no"', 'text = { "17-13" = "a" }', "is no range of versions"),
        ('text = "no"', 'text = { "new" = "a" }', "is no range of versions"),
        ('text = "no"', 'until = 15\ntext = { "-15" = "a", "16-" = "b" }',
         "16- is outside the versions of the claim"),
        ('text = "no"', 'text = "no"\nbasis = "heard"', "basis 'heard' is none of"),
        ('text = "no"', 'text = "no"\nneeds = "rdsutils"\nbasis = "real"',
         "not decided by the real component"),
        ('text = "no"', 'text = "no"\npair = "away"', "pair names 'away', which is no claim of this file"),
        ('text = "no"', 'text = "no"\nlike = "away"', "like names 'away'"),
        ('text = "no"', 'text = "no"\nfinding = "away"', "no documentation finding has the key"),
        ("[[claim]]", "[[claims]]", "unknown table claims"),
        ("[[claim]]", "[[claim", "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_not_right_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in REFUSED
    with pytest.raises(ClaimError) as caught:
        load(write(tmp_path, REFUSED.replace(old, new, 1)))
    assert str(caught.value).startswith("area.toml")
    assert says in str(caught.value)
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('pair = "refused"\n', "", "an allowed act needs a twin that is refused"),
        ('shows = 1\n', "text = \"x\"\n", "an allowed act has no sqlstate, text"),
        ('shows = [[2], [3]]', 'shows = [2]', "shows is a list of rows"),
        ('as = "me", sql', 'who = "me", sql', "check has sql and shows"),
    ],
)  # fmt: skip
def test_an_allowance_is_proven_and_has_a_twin(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(ClaimError) as caught:
        load(write(tmp_path, REFUSED + ALLOWED.replace(old, new, 1)))
    assert says in str(caught.value)
    assert "allowed" in str(caught.value)


def test_silence_proves_no_allowance(tmp_path: Path) -> None:
    lines = [line for line in ALLOWED.splitlines() if not line.startswith(("shows", "check"))]
    with pytest.raises(ClaimError, match="proven by its effect"):
        load(write(tmp_path, REFUSED + "\n".join(lines)))


def test_two_claims_of_one_id(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match=r"area\.toml, refused: two claims have this id"):
        load(write(tmp_path, REFUSED + REFUSED))


def test_a_pair_that_expects_the_same(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match=r"its pair '(again|refused)' expects the same"):
        load(write(tmp_path, REFUSED + REFUSED.replace('id = "refused"', 'id = "again"\npair = "refused"')))


def test_a_missing_file_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match="cannot be read"):
        load(tmp_path / "away.toml")
    with pytest.raises(ClaimError, match="there is no"):
        load(write(tmp_path, ""))


def test_a_source_that_is_no_address(tmp_path: Path) -> None:
    path = write(tmp_path, REFUSED)
    (tmp_path / "sources.toml").write_text('page = "a book"\n')
    with pytest.raises(ClaimError, match="page is no web address"):
        load(path)


@pytest.mark.parametrize(
    ("range_", "text", "inside", "outside"),
    [
        (Range(13, 14), "13-14", 14, 15),
        (Range(15, 15), "15", 15, 16),
        (Range(16), "16-", 99, 15),
        (Range(0, 15), "-15", 11, 16),
    ],
)
def test_ranges(range_: Range, text: str, inside: int, outside: int) -> None:
    assert str(range_) == text
    assert inside in range_
    assert outside not in range_
