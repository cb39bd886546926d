"""Steps done in the console, told in prose: which sentences are acts, by the table of phrases."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from rdscheck.assess.vocabulary import server_parameters
from rdscheck.catalog.store import shipped
from rdscheck.runbook.model import Piece
from rdscheck.runbook.reading.markdown import Part, Sort, is_link
from rdscheck.runbook.reading.phrases import DOES, IMPERATIVES, PHRASES, Phrase

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z(\[\"'])")
_CLAUSE = re.compile(
    r"(?:,|;)?\s+(?:and|then)(?:,? then)?,?\s+(?=(?:set|choose|select|click|reboot|restart|add|append|change"
    r"|modify|enter|type|create|take|attach|associate|apply|turn|enable|disable)\b)"
    r"|,\s+(?=(?:set|add|append|reboot|restart|associate|attach|create|take)\b)"
    r"|\s*(?:\u2192|->|=>|\u203a|>)\s*",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?:\[[ xX]\]\s*|(?:step )?\d+[.:)]\s+"
    r"|(?:finally|then|next|now|first|second|third|lastly|afterwards|after that|please),?\s+)+",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"(?:when|after|once|in|on|from|for|under|at|within|as)\b(?:[^,.;]|\.(?=\w)){1,160},\s+(?:then\s+)?",
    re.IGNORECASE,
)
_WHY = re.compile(r"to\b(?:[^,.;]|\.(?=\w)){1,160},\s+", re.IGNORECASE)
_OPTIONAL = re.compile(r"\(?optional(?:ly)?\b|\bonly if\b|\bdo(?:n't| not)\b|\bnot need\b", re.IGNORECASE)
_CHAIN = re.compile(r"[^.]*(?:\u2192|->|\u203a)")
_FOLLOWING = re.compile(
    r"\b(?:following|below)\b[^.]*\b(?:commands?|statements?|SQL|query|call)\b"
    r"|\b(?:commands?|statements?) (?:below|following)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:checklist|summary|overview|limitations?|reference|troubleshooting|contents|faq)\b", re.IGNORECASE
)

#: Parameters that hold lists.
_LISTS = frozenset(
    {
        "shared_preload_libraries",
        "session_preload_libraries",
        "local_preload_libraries",
        "rds.allowed_extensions",
    }
)
#: What stands before the dot of parameters that extensions have.
_PREFIX_WORDS = """
apg_plan_mgmt auto_explain babelfishpg_tds babelfishpg_tsql cron orafce pg_bigm pg_hint_plan
pg_partman_bgw pg_prewarm pg_repack pg_similarity pg_stat_statements pg_tle pgaudit pgextwlist
pglogical pgtle plls plperl plpgsql plrust plv8 postgis rds apgcc aurora set_user wal2json
"""
_PREFIXES = frozenset(_PREFIX_WORDS.split())
_NAME = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?")
_NO_VALUE_WORDS = """
a an and any appropriate be desired either following include it its match new one reflect suit the
their them this that use value values whatever what your you access avoid both each ensure example
"""
_NO_VALUE = frozenset(_NO_VALUE_WORDS.split())
_FEATURES = re.compile(r"s3_?(?:export|import)|lambda|comprehend|sagemaker\w*", re.IGNORECASE)


@cache
def _known() -> frozenset[str]:
    return server_parameters() | {row["name"] for row in shipped("parameters")}


def is_parameter(name: str) -> bool:
    """Tell whether a name is that of a parameter: of the server, of RDS, or of an extension."""
    prefix, dot, _rest = name.partition(".")
    return name in _known() or (bool(dot) and prefix in _PREFIXES)


@dataclass
class _State:
    """What is known where the reading has come to."""

    parameter: str = ""  # the last one named in this section
    listed: str = ""  # the last one that holds a list
    acts: dict[int, tuple[Piece, ...]] = field(default_factory=dict)
    last: str = ""  # the last act, while only navigation followed
    place: int = 0  # the list it stands in
    headings: list[tuple[int, str]] = field(default_factory=list)
    ahead: str = ""  # the next parameter that holds a list, where none was named yet

    def heading(self, part: Part) -> None:
        self.headings = [(level, text) for level, text in self.headings if level < part.level]
        self.headings.append((part.level, part.plain))
        self.last = self.parameter = self.listed = ""
        for _level, text in self.headings:
            self.notice(text)

    def notice(self, text: str) -> None:
        for name in _NAME.findall(text):
            if is_parameter(name):
                self.parameter = name
                if name in _LISTS:
                    self.listed = name

    @property
    def aside(self) -> bool:
        """Tell whether the section only speaks of steps."""
        return any(_ASIDE.search(text) for _level, text in self.headings)


def acts(parts: Sequence[Part]) -> Mapping[int, tuple[Piece, ...]]:
    """Return the acts that a page's prose tells, by the place of the prose among the parts."""
    state = _State()
    for at, part in enumerate(parts):
        if part.sort is Sort.HEADING:
            state.heading(part)
        elif part.sort is Sort.CODE:
            state.last = ""
        else:
            _read(parts, at, state)
    return state.acts


def _read(parts: Sequence[Part], at: int, state: _State) -> None:
    part = parts[at]
    found: list[str] = []
    if not state.aside and not is_link(part.text):
        # A link leads elsewhere, where the steps are told.
        state.ahead = "" if state.listed else _next_list(parts, at)
        for act in _told(part, state):
            place = part.items[0].list if part.items else 0
            repeated = act == state.last and place == state.place
            if not repeated and not _done(act, parts, at):
                found.append(act)
            state.last, state.place = act, place
    state.notice(part.plain)
    if found:
        state.acts[at] = tuple(Piece(act, part.line) for act in found)


def _told(part: Part, state: _State) -> Iterator[str]:
    """Return the acts that a paragraph tells, whoever does them."""
    plain = part.plain
    sentences = _SENTENCE.split(plain)
    # Outside of lists prose describes; it is a step only where it begins as one.
    for sentence in sentences if part.items else sentences[:1]:
        if _OPTIONAL.search(sentence[:200]) or not _begins(sentence, numbered=_is_step(part)):
            continue
        text = _FILLER.sub("", sentence, count=1) if _FILLER.match(sentence) else sentence
        for clause in _CLAUSE.split(text):
            # An example in the next sentence may name the value.
            rest = plain[plain.find(clause) :] if "appropriate" in clause else clause
            act = _act(rest, state)
            if act and not _FOLLOWING.search(clause):
                yield act
            state.notice(clause)


def _next_list(parts: Sequence[Part], at: int) -> str:
    """Return the parameter with a list that is named next: the reboot behind a step often tells it."""
    for part in parts[at : at + 8]:
        if part.sort is Sort.HEADING:
            break
        for found in _NAME.finditer(part.text if part.sort is Sort.CODE else part.plain):
            if found[0] in _LISTS:
                return found[0]
    return ""


def _is_step(part: Part) -> bool:
    return any(item.numbered for item in part.items)


def _begins(sentence: str, *, numbered: bool) -> bool:
    """Tell whether a sentence begins as a step does: with a verb, perhaps behind where or why."""
    if filler := _FILLER.match(sentence):
        sentence = sentence[filler.end() :]
    for lead in (_WHERE, _WHY) if numbered else (_WHERE,):
        if found := lead.match(sentence):
            sentence = sentence[found.end() :]
    first = re.match(r"[A-Za-z]+", sentence)
    if first is None:
        return False
    return first[0].lower() in IMPERATIVES or (first[0] == "RDS" and bool(_CHAIN.match(sentence)))


def _act(clause: str, state: _State) -> str:
    """Return the act that a clause tells, if it does."""
    clause = clause.strip().rstrip(".")
    for text in _leads(clause):
        for phrase in PHRASES:
            found = phrase.pattern.match(text)
            if found and (act := _made(phrase, found.groupdict(), state)):
                return act
    return ""


def _leads(clause: str) -> Iterator[str]:
    """Return a clause, and what is left of it without where and what for."""
    yield clause
    for lead in (_WHERE, _WHY):
        if found := lead.match(clause):
            yield clause[found.end() :]


def _made(phrase: Phrase, words: Mapping[str, str | None], state: _State) -> str:
    """Return an act with its words; empty where they are no parameter and no value."""
    parameter, value = words.get("parameter"), words.get("value")
    name = phrase.act.split()[0]
    if value is not None and value.lower() in _NO_VALUE:
        return ""
    if name in {"add", "set"}:
        return _change(phrase.act, parameter, value, state)
    if name == "add-role":
        return f"add-role {value}" if value and _FEATURES.fullmatch(value) else ""
    return name


def _change(act: str, parameter: str | None, value: str | None, state: _State) -> str:
    name, *fixed = act.replace("{parameter}", parameter or "").split()
    if name == "add" and fixed:
        return f"add {fixed[0]} {value}"
    if parameter is not None and not is_parameter(parameter):
        return ""
    parameter = parameter or (state.listed or state.ahead if name == "add" else state.parameter)
    value = fixed[-1] if fixed else value
    return f"{name} {parameter} {value}" if parameter and value else ""


def _done(act: str, parts: Sequence[Part], at: int) -> bool:
    """Tell whether a code block that belongs to a step does it."""
    name, *words = act.split()
    does = DOES[name]
    for code in _code(parts, at):
        if does.search(code.text) and (name not in {"add", "set"} or words[0] in code.text):
            return True
    return False


def _code(parts: Sequence[Part], at: int) -> Iterator[Part]:
    """Return the code blocks that belong to a step: of its list item, or close behind it."""
    part = parts[at]
    for distance, later in enumerate(parts[at + 1 : at + 40]):
        if later.sort is Sort.HEADING:
            return
        if part.items and later.items[: len(part.items)] != part.items:
            return
        if not part.items and distance > 3:
            return
        if later.sort is Sort.CODE:
            yield later
