"""What a claim did, made fit to be printed."""

from rdscheck.recording import Recorder


def shown(text: str) -> str:
    recorder = Recorder()
    recorder.mask("rdscheck_12ab", "labdb")
    recorder.act(text)
    ((act,),) = (step.acts for step in recorder.steps())
    return act


def test_a_random_name_is_replaced() -> None:
    assert shown("DROP DATABASE rdscheck_12ab") == "DROP DATABASE labdb"


def test_a_number_is_replaced_where_it_is_one_of_its_own() -> None:
    recorder = Recorder()
    recorder.mask("25", "108")
    assert (
        recorder.clean("job 25, SQLSTATE 42501, 0 250 * * *, x25:25")
        == "job 108, SQLSTATE 42501, 0 250 * * *, x108:108"
    )


def test_a_long_statement_is_cut_visibly_and_a_short_one_is_not() -> None:
    assert shown("x" * 3000).endswith(" … (3000 characters)")
    assert shown("x" * 100) == "x" * 100


def test_a_password_is_masked_even_where_the_statement_is_cut() -> None:
    for before in range(1980, 2001):
        act = shown(f"{'-' * before}ALTER ROLE app PASSWORD 'hush''hush' VALID UNTIL 'infinity'")
        assert "hu" not in act.partition("characters")[0].replace("'********'", "")
