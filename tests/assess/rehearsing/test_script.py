"""A dump's schema as statements: nothing of the data, each with its database and entry."""

import io
from pathlib import Path

from rdscheck.assess.rehearsing.script import _Contents, read_script

PLAIN = b"""\
SET client_encoding = 'UTF8';
\\connect shop
CREATE TABLE t (a int);
COPY t (a) FROM stdin;
1
\\.
SELECT pg_catalog.setval('s', 7, true);
INSERT INTO t VALUES (2);
\\i other.sql
CREATE VIEW v AS
SELECT a
FROM t;
"""


def test_data_is_no_step_and_databases_are_told(tmp_path: Path) -> None:
    file = tmp_path / "dump.sql"
    file.write_bytes(PLAIN)
    script = read_script(file, "dump.sql")
    told = [(step.database, step.line, step.last, step.text.split()[:2]) for step in script.steps]
    assert told == [
        ("", 1, 1, [b"SET", b"client_encoding"]),
        ("shop", 3, 3, [b"CREATE", b"TABLE"]),
        ("shop", 10, 12, [b"CREATE", b"VIEW"]),
    ]
    assert script.left_out == [(9, "i")]
    assert list(dict.fromkeys(step.database for step in script.steps)) == ["", "shop"]


ARCHIVE = b"""\
SET x = 1;
--
-- TOC entry 215 (class 1259 OID 16390)
-- Name: t; Type: TABLE; Schema: public; Owner: app
--
CREATE TABLE t (a int);
ALTER TABLE t OWNER TO app;
-- TOC entry 3300 (class 0 OID 0)
-- Dependencies: 215
-- Name: TABLE t; Type: COMMENT; Schema: public; Owner: app
COMMENT ON TABLE t IS 'x';
"""


def test_lines_are_those_of_their_entry_however_much_is_read_at_once() -> None:
    for size in (1, 7, 60, 1 << 20):
        stream = io.BytesIO(ARCHIVE)
        contents = _Contents(stream.read)
        while contents.read(size):
            pass
        assert [contents.entry_at(line) for line in (1, 6, 7, 11)] == [0, 215, 215, 3300], size
        assert contents.names[215] == "Name: t; Type: TABLE; Schema: public; Owner: app"
        assert contents.names[3300].startswith("Name: TABLE t; Type: COMMENT")
