"""A dictionary for text search with a file of one's own in the server's directory."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

#: Options of the templates that name a file in tsearch_data.
_OPTIONS = frozenset({"afffile", "dictfile", "rules", "stopwords", "synonyms", "thesaurus"})

#: Files that PostgreSQL itself puts there, without suffix, in one version or another.
_OF_POSTGRESQL = frozenset(
    {
        *("danish", "dutch", "english", "finnish", "french", "german", "hungarian", "italian", "nepali"),
        *("norwegian", "portuguese", "russian", "spanish", "swedish", "turkish"),
        *("hunspell_sample", "hunspell_sample_long", "hunspell_sample_num", "ispell_sample"),
        *("synonym_sample", "thesaurus_sample", "unaccent", "xsyn_sample"),
    }
)


@rule(
    id="text-search-file",
    problem="The dictionary reads a file of your own from the server's directory tsearch_data.",
    why="Files cannot be put on an RDS server. CREATE TEXT SEARCH DICTIONARY reads them at once and fails,"
    " and with it every configuration that uses the dictionary.",
    fix="Use a dictionary without a file of your own, such as the Snowball stemmers.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/textsearch-dictionaries.html",
    date=READ,
    certainty=Certainty.DERIVED,
    moves=(Move.RESTORE,),
    effort=Effort(4, 2),
    guilty=Example(
        # The file is not on our servers either: the option is put where CREATE would have put it.
        sql="CREATE TEXT SEARCH DICTIONARY public.words (TEMPLATE = pg_catalog.simple);\n"
        "UPDATE pg_catalog.pg_ts_dict SET dictinitoption = 'stopwords = ''acme'''"
        " WHERE dictname = 'words'",
        subject="text search dictionary public.words",
    ),
    innocent=Example(
        sql="CREATE TEXT SEARCH DICTIONARY public.words (TEMPLATE = pg_catalog.simple, STOPWORDS = english)"
    ),
)
def text_search_file(context: Context) -> Iterator[Hit]:
    """Find dictionaries whose options name files PostgreSQL does not bring."""
    for one in context.facts.text_search:
        if one.kind != "dictionary":
            continue
        files = sorted(set(_files(one.options)) - _OF_POSTGRESQL)
        if files:
            yield hit(
                one,
                f"text search dictionary {plain(one.schema, one.name)}",
                f"The dictionary {plain(one.schema, one.name)} reads {', '.join(files)} from tsearch_data.",
                f"DROP TEXT SEARCH DICTIONARY {quoted(one.schema, one.name)};",
            )


def _files(options: tuple[str, ...]) -> Iterator[str]:
    for option in options:
        name, _, value = option.partition("=")
        if name.strip().lower() in _OPTIONS:
            yield value.strip().strip("'\"").lower()
