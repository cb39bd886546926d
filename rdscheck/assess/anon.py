"""Names replaced by pseudonyms, so that a report can be given away.

What a rule says is put together from its own words and names of the source. Only words that are known to
tell nothing stay (those of the rule, of PostgreSQL, of the catalog); every other word, and whatever is known
to be a name of the source, becomes ``name1``, ``name2`` … One name has one pseudonym throughout.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import cache

from rdscheck.assess.checked import Checked, Entry, Missed
from rdscheck.assess.facts import Origin, Via
from rdscheck.assess.finding import Finding
from rdscheck.assess.names import quoted
from rdscheck.assess.target import read_target
from rdscheck.assess.vocabulary import WORD, general, is_common, of_collectors, of_rule, of_target

#: Words after which a name stands.
_OBJECTS = (
    "role user schema table view index sequence function procedure aggregate operator type domain "
    "publication subscription server tablespace collation conversion trigger policy database slot"
)
_KINDS = tuple(f"{kind} " for kind in _OBJECTS.split())
_COMPOSED = re.compile(r"[\w$\u0080-\U0010ffff]+(?:\.[\w$\u0080-\U0010ffff]+)+(?:\([\w$.,\[\] ]*\))?")
_LEFT_OUT = "(left out)"
# A name in quotation marks, or a literal; doubled ones belong to it.
_QUOTED = re.compile(r'"(?:[^"]|"")+"|\'(?:[^\']|\'\')*\'', re.S)
_ADDRESS = re.compile(
    r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?|(?<![\w:])(?:[0-9a-f]{0,4}:){2,}[0-9a-f]{0,4}(?:/\d+)?", re.I
)


class Pseudonyms:
    """One pseudonym for each name, in the order in which names are met."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._shown: dict[str, str] = {}
        self._names: set[str] = set()
        self._odd: tuple[tuple[str, str], ...] = ()  # names that are no single word, and as SQL quotes them
        self.know(names)

    def know(self, names: Iterable[str]) -> None:
        """Take note of names of a source, so that they are recognised wherever they stand."""
        self._names |= {name for name in names if not _told(name)}
        # What is no single word is looked for as it is, the longest first.
        odd = (name for name in self._names if not WORD.fullmatch(name) and not self._composed(name))
        self._odd = tuple((name, quoted(name)) for name in sorted(odd, key=lambda name: (-len(name), name)))

    def _composed(self, name: str) -> bool:
        """Tell whether a name is put together from others, as ``schema.function(type)`` is."""
        known = all(
            part in self._names or is_common(part) or part in general() for part in WORD.findall(name)
        )
        return known and _COMPOSED.fullmatch(name) is not None

    def of(self, name: str) -> str:
        """Return the pseudonym of a name; names that everybody has stay."""
        if not name or _told(name):
            return name
        return self._shown.setdefault(name, f"name{len(self._shown) + 1}")

    def host(self, text: str) -> str:
        """Return ``host:port/database`` with pseudonyms."""
        host, _, database = text.rpartition("/")
        name, _, port = host.rpartition(":")
        return f"{self.of(name)}:{port}/{self.of(database)}" if name else self.of(text)

    def text(
        self,
        text: str,
        words: Callable[[str], bool],
        own: Collection[str] = (),
        *,
        subject: bool = False,
    ) -> str:
        """Return a text in which only words stay for which ``words`` is true, and those of ``own``.

        A word that is known to be a name stays only where it is one of ``own``, the sentence's own words.
        In a ``subject`` the kind of object stands first, and what follows is a name whatever it looks like.
        """
        kept: list[tuple[str, str]] = []

        def hold(shown: str, original: str) -> str:
            kept.append((shown, original))
            return f"\0{len(kept) - 1}\0"

        def restored(part: str, which: int) -> str:
            for index in range(len(kept) - 1, -1, -1):
                part = part.replace(f"\0{index}\0", kept[index][which])
            return part

        text = text.replace("\0", "")
        for name, doubled in self._odd:
            if doubled in text:
                text = text.replace(doubled, hold(self.of(name), doubled))
            # Short ones that are mere punctuation are no names outside of quotation marks.
            if name in text and (len(name) > 1 or not name.isascii()):
                text = text.replace(name, hold(self.of(name), name))
        text = _QUOTED.sub(lambda match: hold(self._quoted(restored(match[0], 1), words), match[0]), text)
        text = _ADDRESS.sub(lambda match: hold(self.of(match[0]), match[0]), text)
        first = WORD.search(text)

        def word(match: re.Match[str]) -> str:
            found, before, after = match[0], match.string[: match.start()], match.string[match.end() :]
            if before[-1:] == "\0" == after[:1]:
                return found
            if found not in self._names:
                known = found in own or is_common(found) or words(found)
                return found if known else self.of(found)
            # "table user" is a table called user, and so is user in public.user.
            named = subject and first is not None and match.start() > first.start()
            if is_common(found):
                return self.of(found) if named or before.endswith(_KINDS) else found
            named = named or before[-1:] == "." or (after[:1] == "." and after[1:2].strip() != "")
            named = named or before.endswith(_KINDS) or found not in own
            return self.of(found) if named else found

        return restored(WORD.sub(word, text), 0)

    def _quoted(self, text: str, words: Callable[[str], bool]) -> str:
        """Return what is shown of a name in quotation marks or a literal."""
        mark, inside = text[0], text[1:-1].replace(text[0] * 2, text[0])
        if self._plain(inside, words):
            return text
        return self.of(inside) if mark == '"' else f"'{self.of(inside)}'"

    def _plain(self, text: str, words: Callable[[str], bool]) -> bool:
        """Tell whether a text in quotation marks consists of words that tell nothing."""
        if _told(text):
            return True
        if text in self._names or _ADDRESS.search(text) or any(name in text for name, _ in self._odd):
            return False
        return all(is_common(one) or words(one) for one in WORD.findall(text))


def _told(name: str) -> bool:
    return is_common(name) and not name.isdigit()


def anonymous(
    checks: Sequence[Checked], names: Iterable[Collection[str]], pseudonyms: Pseudonyms
) -> tuple[Checked, ...]:
    """Return checks in which all names are pseudonyms; ``names`` are those of their sources."""
    pseudonyms.know(name for some in names for name in some)
    return tuple(_check(one, pseudonyms) for one in checks)


def _check(check: Checked, names: Pseudonyms) -> Checked:
    target = of_target(read_target(check.target))
    base = general() | target | of_collectors()

    def plain(text: str) -> str:
        return names.text(text, base.__contains__)

    origin = check.origin
    label = names.host(check.name) if origin and origin.via is Via.LIVE else names.of(check.name)
    return replace(
        check,
        name=label,
        origin=_origin(origin, label, names) if origin else None,
        entries=tuple(_entry(one, target, names) for one in check.entries),
        missed=tuple(_missed(one, names, plain) for one in check.missed),
        message=plain(check.message),
    )


def _origin(origin: Origin, label: str, names: Pseudonyms) -> Origin:
    return replace(
        origin, label=label, master_user=names.of(origin.master_user), superuser=names.of(origin.superuser)
    )


def _missed(missed: Missed, names: Pseudonyms, plain: Callable[[str], str]) -> Missed:
    return replace(
        missed,
        what=plain(missed.what),
        reason=plain(missed.reason),
        database=names.of(missed.database),
        accepted=_LEFT_OUT if missed.accepted else "",
    )


@cache
def _words(rule: str, target: frozenset[str]) -> Callable[[str], bool]:
    return (general() | of_rule(rule) | target).__contains__


def _entry(entry: Entry, target: frozenset[str], names: Pseudonyms) -> Entry:
    finding = entry.finding
    own, words = of_rule(finding.id), _words(finding.id, target)
    shown: Finding = replace(
        finding,
        subject=names.text(finding.subject, words, own, subject=True),
        message=names.text(finding.message, words, own),
        fix=names.text(finding.fix, words, own),
        database=names.of(finding.database),
    )
    return replace(entry, finding=shown, reason=_LEFT_OUT if entry.reason else "")
