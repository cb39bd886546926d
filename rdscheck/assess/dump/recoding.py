"""Text in any encoding as bytes that can be split: UTF-8, or another in which SQL's signs are themselves."""

import codecs
import re

from rdscheck.assess.dump.piping import Read
from rdscheck.errors import UsageError

#: Encodings in which a byte of a longer character may be one of SQL's signs: such a dump is recoded first.
_RECODED = {
    "BIG5": "cp950",
    "GB18030": "gb18030",
    "GBK": "gbk",
    "JOHAB": "johab",
    "SHIFT_JIS_2004": "shift_jis_2004",
    "SJIS": "cp932",
    "UHC": "cp949",
}

#: PostgreSQL's names of encodings that Python calls otherwise.
_CODECS = {
    "EUC_CN": "gb2312",
    "EUC_JIS_2004": "euc_jis_2004",
    "EUC_JP": "euc_jp",
    "EUC_KR": "euc_kr",
    "KOI8R": "koi8_r",
    "KOI8U": "koi8_u",
    "LATIN1": "latin_1",
    "LATIN10": "iso8859_16",
    "LATIN2": "iso8859_2",
    "LATIN3": "iso8859_3",
    "LATIN4": "iso8859_4",
    "LATIN5": "iso8859_9",
    "LATIN6": "iso8859_10",
    "LATIN7": "iso8859_13",
    "LATIN8": "iso8859_14",
    "LATIN9": "iso8859_15",
}
_CLIENT_ENCODING = re.compile(rb"^SET\s+client_encoding\s*(?:=|TO)\s*'(\w+)'", re.MULTILINE | re.IGNORECASE)
#: UTF-16 without a mark: SQL begins with ASCII characters.
_WIDE = re.compile(rb"(?:[\t\r\n -~]\0){2}|(?:\0[\t\r\n -~]){2}")
#: What mysqldump and mariadb-dump begin with.
_OF_MYSQL = re.compile(rb"\s*(?:/\*M?!\d+[^\n]*\n)?-- (?:MySQL|MariaDB) dump ")
#: What can be read, for whoever gave something else.
FORMS = "a dump is what pg_dump or pg_dumpall writes: plain SQL, custom, directory or tar, compressed or not"
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def text_of(first: bytes, read: Read, label: str) -> Read:
    """Return what reads a plain dump, of which ``first`` is the beginning that ``read`` will give again.

    Raises ``UsageError`` for what is no text.
    """
    wide = _MARKS.get(first[:2], "")
    if not wide and _WIDE.match(first):
        wide = "utf-16-be" if first[0] == 0 else "utf-16-le"
    if wide:
        read = _recoded(read, wide)
        first = first.decode(wide, errors="ignore").encode(errors="replace")
        if first.lstrip(codecs.BOM_UTF8).startswith(b"PGDMP"):
            raise UsageError(
                f"{label} is an archive that was written as text, which breaks it",
                hint="in PowerShell, write it with pg_dump --file instead of >",
            )
    elif b"\0" in first:
        raise UsageError(f"{label} is no dump: it is binary, and none of the forms of pg_dump", hint=FORMS)
    elif _OF_MYSQL.match(first):
        raise UsageError(f"{label} is a dump of MySQL or MariaDB, and not of PostgreSQL", hint=FORMS)
    elif (named := _CLIENT_ENCODING.search(first)) and named[1].decode().upper() in _RECODED:
        read = _recoded(read, _RECODED[named[1].decode().upper()])
    read = _without_mark(read)
    line = first.find(b"\n")
    return _unix(read) if line > 0 and first[line - 1 : line] == b"\r" else read


def _recoded(read: Read, codec: str) -> Read:
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")

    def recode(size: int) -> bytes:
        while part := read(size):
            if found := decoder.decode(part).encode(errors="replace"):
                return found
        return decoder.decode(b"", final=True).encode(errors="replace")

    return recode


def _without_mark(read: Read) -> Read:
    begun = False

    def unmarked(size: int) -> bytes:
        nonlocal begun
        part = read(size)
        if begun:
            return part
        begun = True
        while 0 < len(part) < 3 and (more := read(size)):
            part += more
        return part.removeprefix(codecs.BOM_UTF8) or (read(size) if part else b"")

    return unmarked


def _unix(read: Read) -> Read:
    """Make one line end of two characters one of one, as the server that was dumped has it."""
    kept = b""

    def unix(size: int) -> bytes:
        nonlocal kept
        while part := read(size):
            part, kept = kept + part, b""
            if part.endswith(b"\r"):
                part, kept = part[:-1], b"\r"
            if part:
                return part.replace(b"\r\n", b"\n")
        part, kept = kept, b""
        return part

    return unix


def decoded(text: bytes, encoding: str) -> str:
    """Return a statement as text, in UTF-8, in the encoding of the session, or byte by byte."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        pass
    codec = _CODECS.get(encoding.upper(), "")
    name = encoding.upper()
    if not codec and name.startswith("WIN"):
        codec = f"cp{name[3:]}"
    elif not codec and name.startswith("ISO_8859_"):
        codec = f"iso8859_{name[9:]}"
    try:
        return text.decode(codec or "latin_1")
    except (UnicodeDecodeError, LookupError):
        return text.decode("latin_1")
