"""Each rule of the module is there for a case that would open without it: left out, that case opens."""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from rdscheck.aws.tokens import Holder, Known, made_at
from rdscheck.sandbox.access import Credentials
from tests.login.conftest import SOURCES, Module
from tests.login.test_module import HOST, KEYS, KNOWN, PORT, SESSION, USER, resigned, token

DRIVER = Path(__file__).with_name("driver.c")
LATER = timedelta(seconds=901)


@dataclass(frozen=True)
class Case:
    """A log-in that has to be refused, and the fault in the module with which it is not."""

    title: str
    replace: tuple[str, str]
    token: Callable[[], str] = token
    known: Known = KNOWN
    user: str = USER
    after: timedelta = timedelta()
    file: str = "token.c"


def edited(old: str, new: str, *, signed: bool = True) -> Callable[[], str]:
    """Return what makes a token and changes a text of it."""

    def make() -> str:
        made = token()
        assert old in made
        changed = made.replace(old, new, 1)
        return resigned(changed) if signed else changed

    return make


def holder(**changes: object) -> Known:
    """Return what is known when something of who has the key is different."""
    return replace(KNOWN, holders=(replace(KNOWN.holders[0], **changes),))  # type: ignore[arg-type]


ENDPOINT = ("if (!is_endpoint(conf, token->endpoint))", "if (0)")
RULE = KNOWN.holders[0].allow
CASES = (
    Case("not enabled", ("if (!conf->enabled)", "if (0)"), known=replace(KNOWN, enabled=False)),
    Case(
        "another algorithm",
        ('strcmp(value_of(token, "X-Amz-Algorithm"), "AWS4-HMAC-SHA256") != 0 ||', ""),
        edited("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
    ),
    Case(
        "more headers are signed than there are",
        ('strcmp(value_of(token, "X-Amz-SignedHeaders"), "host") != 0 ||', ""),
        edited("SignedHeaders=host", "SignedHeaders=host%3Bx"),
    ),
    Case("another action", ('strcmp(value_of(token, "Action"), "connect") != 0', "0"),
         edited("connect", "delete")),
    Case("another host", ENDPOINT, lambda: token(host="elsewhere")),
    Case("another port", ENDPOINT, lambda: token(port=PORT + 1)),
    Case("another user", ('strcmp(value_of(token, "DBUser"), user) != 0', "0"), lambda: token(user="bob")),
    Case("another region", ("if (strcmp(region, conf->region) != 0)", "if (0)"),
         lambda: token(region="eu-west-1")),
    Case("another service", ('return strcmp(end, "rds-db/aws4_request") == 0;', "return true;"),
         edited("rds-db%2F", "rds%2F")),
    Case("a day that is not the date's", ("|| strncmp(day, date, 8) != 0 ||", "||"), edited("2F20", "2F19")),
    Case("a wrong signature", ('if (!same(expected, value_of(token, "X-Amz-Signature")))', "if (0)"),
         lambda: token(Credentials(KEYS.access_key, "wrong"))),
    Case("half a signature", ("return len == strlen(b) && CRYPTO_memcmp(a, b, len) == 0;",
                              "return CRYPTO_memcmp(a, b, strlen(b)) == 0;"), lambda: token()[:-8]),
    Case("another session token",
         ('if (!same(key->session, value_of(token, "X-Amz-Security-Token")))', "if (0)"),
         lambda: token(Credentials(SESSION.access_key, SESSION.secret_key, "another"))),
    Case("a session that is over", ("if (key->expires != 0 && now >= key->expires)", "if (0)"),
         known=holder(expires=made_at("?X-Amz-Date=20200101T000000Z"))),
    Case("a token of tomorrow", ("if (begins > now + SKEW)", "if (0)"), after=-timedelta(days=1)),
    Case("after 15:01", ("if (now >= begins + lifetime)", "if (0)"), after=LATER),
    Case("a lifetime of an hour", ("if (*seconds > LIFETIME)", "if (0)"),
         edited("X-Amz-Expires=900", "X-Amz-Expires=3600"), after=LATER),
    Case("a clock that was moved", ("now = conf->stopped ? conf->clock : now + conf->clock;", ""),
         known=replace(KNOWN, ahead=901)),
    Case("no policy", ('return allowed ? NULL : "no policy allows rds-db:connect";', "return NULL;"),
         known=holder(allow=())),
    Case("another action in the policy", ('!login_like("rds-db:connect", rule->action, true) ||', ""),
         known=holder(allow=(("rds:connect", "*"),))),
    Case("another user in the policy", ("!login_like(arn, rule->resource, false)", "0"),
         known=holder(allow=((RULE[0][0], "arn:aws:rds-db:*:dbuser:*/bob"),))),
    Case("an explicit deny", ("if (!rule->allow)", "if (0)"), known=holder(deny=(("rds-db:*", "*"),))),
    Case("a policy of another's key", ("strcmp(rule->key, key) != 0 ||", ""),
         known=replace(KNOWN, holders=(Holder(KEYS), Holder(SESSION, RULE)))),
    Case("a parameter twice",
         ("if (strcmp(token->parameter[i - 1].name, token->parameter[i].name) == 0)", "if (0)"),
         lambda: token().replace("&X-Amz-Date", "&DBUser=x&X-Amz-Date")),
    Case("a pattern of which only the beginning matches", ("return *pattern == '\\0';", "return true;"),
         known=holder(allow=((RULE[0][0], "arn:aws:rds-db:*:dbuser:*/jane_doe_and_more"),)), file="words.c"),
)  # fmt: skip

#: Left out these change the reason alone: what comes after them refuses the token as well.
SECOND_LINE = {"another service", "a parameter twice"}


def compiled(directory: Path, case: Case | None) -> Path:
    """Compile the driver with a fault."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler (apt-get install gcc libc6-dev)")
    sources = directory / "pam_rds"
    shutil.copytree(SOURCES, sources)
    if case is not None:
        file = sources / case.file
        text = file.read_text()
        assert text.count(case.replace[0]) == 1, case.replace[0]
        file.write_text(text.replace(*case.replace))
    target = directory / "driver"
    names = [str(path) for path in sorted(sources.glob("*.c"))]
    subprocess.run(
        [compiler, "-w", "-std=gnu99", "-D_GNU_SOURCE", f"-I{sources}", str(DRIVER), *names,
         "-o", str(target), "-lcrypto"],
        check=True,
    )  # fmt: skip
    return target


def reason(program: Path, directory: Path, case: Case) -> str:
    (directory / "conf").mkdir()
    module = Module(program, directory / "conf")
    module.know(case.known)
    made = case.token()
    stamp = re.search(r"X-Amz-Date=(\d{8}T\d{6}Z)", made)
    assert stamp
    why = module.why(case.user, made, made_at(f"?X-Amz-Date={stamp[1]}") + case.after)
    module.close()
    return why


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_each_rule_is_needed(program: Path, tmp_path: Path, case: Case) -> None:
    (tmp_path / "whole").mkdir()
    refused = reason(program, tmp_path / "whole", case)
    assert refused != "-"
    (tmp_path / "faulty").mkdir()
    faulty = reason(compiled(tmp_path / "faulty", case), tmp_path / "faulty", case)
    assert faulty != refused
    assert (faulty == "-") == (case.title not in SECOND_LINE), faulty


def test_the_driver_itself_lets_a_good_token_in(tmp_path: Path) -> None:
    good = Case("good", ("", ""))
    assert reason(compiled(tmp_path, None), tmp_path, good) == "-"
    assert f"{HOST}:{PORT}" in KNOWN.endpoints
