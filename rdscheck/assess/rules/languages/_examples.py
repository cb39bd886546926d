"""Databases with languages that no server of ours has."""


def function_in(language: str) -> str:
    """Return SQL for a superuser that leaves a function in a language of that name.

    The language is PL/pgSQL's handler under another name.
    """
    return (
        f"CREATE LANGUAGE {language} HANDLER pg_catalog.plpgsql_call_handler;\n"
        f"CREATE FUNCTION public.twice(n integer) RETURNS integer LANGUAGE {language}"
        " AS 'BEGIN RETURN 2 * n; END'"
    )
