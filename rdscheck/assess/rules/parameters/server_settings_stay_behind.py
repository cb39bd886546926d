"""Parameters of postgresql.conf that a dump does not bring along."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.pages import PARAMETERS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import NOT_IN_DUMPS, in_group, of_server, subject
from rdscheck.assess.target import Move

#: What changes how statements behave or what they return: worth carrying over one by one. Sizes of memory
#: are left to RDS, whose defaults follow the instance class.
_WORDS = """
array_nulls backslash_quote bytea_output check_function_bodies cursor_tuple_fraction datestyle
deadlock_timeout default_text_search_config default_transaction_deferrable default_transaction_isolation
default_transaction_read_only enable_partitionwise_aggregate enable_partitionwise_join
escape_string_warning extra_float_digits from_collapse_limit geqo geqo_threshold
idle_in_transaction_session_timeout idle_session_timeout intervalstyle jit join_collapse_limit
lock_timeout plan_cache_mode quote_all_identifiers random_page_cost row_security search_path
standard_conforming_strings statement_timeout synchronous_commit temp_file_limit transaction_timeout
transform_null_equals wal_compression xmlbinary xmloption
"""
_BEHAVIOUR = frozenset(_WORDS.split())

#: What initdb writes everywhere.
_OF_INITDB = {"datestyle": {"iso, mdy"}, "default_text_search_config": {"pg_catalog.english"}}


@rule(
    id="server-settings-stay-behind",
    problem="A parameter of the server changes how statements behave, and no dump brings it along.",
    why="The instance starts with RDS's values.",
    fix="Set the parameter in the parameter group of the instance.",
    severity=Severity.NOTE,
    source=PARAMETERS,
    date="2026-10-01",
    effort=Effort(0.25, 0.05),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="SELECT 1",
        settings=(("statement_timeout", "70000"),),
        subject="setting statement_timeout",
        not_dumped=NOT_IN_DUMPS,
    ),
    innocent=Example(sql="SELECT 1", settings=(("statement_timeout", "70000"),), flavour=Flavour.RDS),
)
def server_settings_stay_behind(context: Context) -> Iterator[Hit]:
    """Find such settings in the configuration of a server elsewhere, those of ALTER SYSTEM apart."""
    if from_service(context):
        return
    known = context.target.parameters
    for one in of_server(context):
        name = one.name.lower()
        if name not in _BEHAVIOUR or one.source == "ALTER SYSTEM":
            continue
        own = known[name].default if name in known else ""
        if one.value != own and one.value.lower() not in _OF_INITDB.get(name, ()):
            yield hit(
                one,
                subject(one),
                f"The server has {one.name} = {one.value}" + (f", RDS {own} by default." if own else "."),
                in_group(one.name, one.value),
            )
