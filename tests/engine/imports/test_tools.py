"""Every importer reads a file of its tool, says what it cannot take, and never trips over what is no such file."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiebreak.errors import ImportFormatError, UsageError
from tiebreak.imports import (
    TOOLS,
    CaseRow,
    ConfigRow,
    GivenAnswer,
    GivenLabel,
    GivenVerdict,
    GivenVote,
    Refused,
    Row,
    Source,
    tool_named,
    tool_of,
)
from tiebreak.imports.alpaca_eval import verdict_of

DATA = Path(__file__).parent / "data"


class Expected(NamedTuple):
    """What a file of a tool gives: cases, configs, answers, votes, verdicts, labels, refused rows."""

    tool: str
    file: str
    counts: tuple[int, int, int, int, int, int, int]
    checks: Sequence[str] = ()


FILES = (
    Expected("promptfoo", "promptfoo/results.json", (2, 2, 4, 0, 0, 0, 0), ("contains", "icontains", "short")),
    Expected("inspect", "inspect/second.json", (2, 1, 2, 0, 0, 0, 0), ("includes",)),
    Expected("inspect", "inspect/first.eval", (2, 1, 2, 0, 0, 0, 0), ("includes",)),
    Expected("openai-evals", "openai-evals/first.jsonl", (3, 1, 3, 0, 0, 0, 1), ("match",)),
    Expected("llm", "llm/logs.db", (4, 2, 4, 0, 0, 0, 0)),
    Expected("llm", "llm/logs-0.26.db", (4, 2, 4, 0, 0, 0, 1)),
    Expected("langsmith", "langsmith/runs.jsonl", (6, 2, 6, 0, 0, 6, 1), ("correct",)),
    Expected("langfuse", "langfuse/traces.json", (6, 2, 6, 0, 0, 6, 0), ("correct",)),
    Expected("braintrust", "braintrust/second.jsonl", (3, 1, 3, 0, 0, 0, 1), ("Levenshtein", "correct")),
    Expected(
        "lm-eval",
        "lm-eval/org__second/samples_talk_2026-11-21T18-00-00.000000.jsonl",
        (4, 1, 4, 0, 0, 0, 1),
        ("acc", "exact_match"),
    ),
    Expected("llm-comparator", "llm-comparator/pairs.json", (3, 2, 6, 0, 3, 0, 1)),
    Expected("arena", "arena/battles.json", (3, 2, 6, 3, 0, 0, 1)),
    Expected("mt-bench", "mt-bench/gpt-4_pair.jsonl", (3, 2, 3, 0, 6, 0, 1)),
    Expected("alpaca-eval", "alpaca-eval/annotations.json", (4, 2, 8, 0, 3, 0, 1)),
    Expected(
        "ifeval",
        "ifeval/first/eval_results_strict.jsonl",
        (3, 1, 3, 0, 0, 0, 0),
        ("follow_all_instructions", "length_constraints:number_words", "punctuation:no_comma"),
    ),
    Expected("otel", "otel/traces.json", (6, 2, 6, 0, 0, 0, 2), ("relevance",)),
)
KINDS = (CaseRow, ConfigRow, GivenAnswer, GivenVote, GivenVerdict, GivenLabel, Refused)


def rows_of(file: str) -> list[Row]:
    path = DATA / file
    tool = tool_of([path])
    assert tool is not None
    return list(tool.rows(Source(path)))


def answers(rows: list[Row]) -> list[GivenAnswer]:
    return [row for row in rows if isinstance(row, GivenAnswer)]


@pytest.mark.parametrize("expected", FILES, ids=lambda one: one.file)
def test_a_file_is_known_and_gives_its_rows(expected: Expected) -> None:
    tool = tool_of([DATA / expected.file])
    assert tool is TOOLS[expected.tool]
    rows = rows_of(expected.file)
    counts = Counter(type(row) for row in rows)
    assert tuple(counts[kind] for kind in KINDS) == expected.counts
    given = answers(rows)
    assert sorted({one.name for answer in given for one in answer.said}) == list(expected.checks)
    told = {row.case.id for row in rows if isinstance(row, CaseRow)}
    named = {row.name for row in rows if isinstance(row, ConfigRow)}
    assert {answer.case for answer in given} <= told
    assert {answer.config for answer in given} <= named
    assert rows_of(expected.file) == rows, "a second reading gives the same"


def test_every_tool_has_a_file() -> None:
    assert {one.tool for one in FILES} == set(TOOLS)


# -- what is told


def test_what_promptfoo_measured_comes_along() -> None:
    rows = rows_of("promptfoo/results.json")
    config = next(row for row in rows if isinstance(row, ConfigRow))
    assert (config.name, config.model, config.parameters) == ("first", "openai:chat:plain_json", {"temperature": 0.2})
    assert config.prompt == "Answer in one sentence: {{question}}"
    case = next(row.case for row in rows if isinstance(row, CaseRow))
    assert (case.id, case.input, case.segment) == ("hello", "Say hello.", "greetings")
    assert [check.kind for check in case.checks] == ["contains"], (
        "javascript has no counterpart, and is left to promptfoo"
    )
    first, second = answers(rows)[:2]
    assert (first.config, first.response.text, first.response.usage.completion_tokens) == ("first", "not streamed", 7)
    assert first.response.timings.total is not None
    assert second.response.usage.source == "unknown", "its zeros are tokens that nobody told it"
    assert [(one.name, one.passed) for one in second.said] == [("icontains", False), ("short", True)]
    assert second.response.status == "ok", "a failed assertion is no error"


def test_both_forms_of_a_log_of_inspect_say_the_same() -> None:
    packed, plain = rows_of("inspect/first.eval"), rows_of("inspect/second.json")
    cases = [[row.case for row in rows if isinstance(row, CaseRow)] for rows in (packed, plain)]
    assert sorted(cases[0], key=lambda case: case.id) == sorted(cases[1], key=lambda case: case.id)
    config = next(row for row in packed if isinstance(row, ConfigRow))
    assert (config.model, config.system) == ("openai-api/local/plain_json", "Be brief.")
    assert config.parameters["temperature"] == 0.2
    answer = answers(packed)[0]
    assert (answer.response.served_model, answer.response.usage.prompt_tokens) == ("plain-1", 11 - 3)
    assert {one.passed for one in answer.said} <= {True, False}


def test_a_log_packed_with_zstandard_says_the_same() -> None:
    path = DATA / "inspect" / "first-zstd.eval"
    assert {info.compress_type for info in Source(path).archive().members.values()} >= {93}
    assert rows_of("inspect/first-zstd.eval") == rows_of("inspect/first.eval")


def test_the_same_prompt_to_two_models_is_one_case_of_llm() -> None:
    for file in ("llm/logs.db", "llm/logs-0.26.db"):
        given = answers(rows_of(file))
        assert {answer.config: sum(one.config == answer.config for one in given) for answer in given} == {
            "first": 2,
            "second": 2,
        }
        assert len({answer.case for answer in given}) == 2
    config = next(row for row in rows_of("llm/logs.db") if isinstance(row, ConfigRow))
    assert (config.system, config.parameters) == ("Be brief.", {"temperature": 0.2})


@pytest.mark.parametrize(
    "file", ["langsmith/runs.jsonl", "langfuse/traces.json", "braintrust/first.jsonl", "otel/traces.json"]
)
def test_times_tokens_and_costs_come_along(file: str) -> None:
    response = answers(rows_of(file))[0].response
    assert response.timings.total == pytest.approx(1.5)
    assert response.timings.ttft == pytest.approx(0.25)
    assert (response.usage.prompt_tokens, response.usage.completion_tokens) == (11, 3)
    assert response.usage.source == "recorded"
    if not file.startswith("otel"):
        assert (response.cost.usd, response.cost.source) == (0.0002, "recorded")


def test_an_empty_answer_is_a_failed_one() -> None:
    empty = [one for one in answers(rows_of("langsmith/runs.jsonl")) if one.response.status == "empty"]
    assert [(one.config, one.response.fault) for one in empty] == [("talk-second", "target")]


def test_a_choice_by_likelihood_is_the_likeliest() -> None:
    for model, choice in (("first", "Hello"), ("second", "Brick")):
        given = answers(rows_of(f"lm-eval/org__{model}/samples_talk_2026-11-21T18-00-00.000000.jsonl"))
        assert given[-1].response.text == choice
        assert given[-1].config == f"org__{model}"


def test_both_orders_of_mt_bench_are_told_apart() -> None:
    rows = [row for row in rows_of("mt-bench/gpt-4_pair.jsonl") if isinstance(row, GivenVerdict)]
    assert [(row.order, row.verdict) for row in rows] == [
        ("ab", "A"), ("ba", "A"), ("ab", "A"), ("ba", "B"), ("ab", "B"), ("ba", "B"),
    ]  # fmt: skip
    cases = [row.case for row in rows_of("mt-bench/gpt-4_pair.jsonl") if isinstance(row, CaseRow)]
    assert cases[0].input == "Say hello."


def test_a_battle_names_its_sides() -> None:
    votes = [row for row in rows_of("arena/battles.json") if isinstance(row, GivenVote)]
    assert [(one.a, one.b, one.vote) for one in votes] == [
        ("first", "second", "A"),
        ("second", "first", "A"),
        ("first", "second", "both_bad"),
    ]


@pytest.mark.parametrize(
    ("preference", "verdict"),
    [(1, "A"), (1.02, "A"), (1.5, "tie"), (0, "tie"), (1.97, "B"), (2, "B"), (3, None), (None, None), (True, None)],
)
def test_a_preference_of_alpaca_eval(preference: object, verdict: str | None) -> None:
    assert verdict_of(preference) == verdict


def test_no_fingerprint_is_made_up() -> None:
    """Or else an imported answer could be taken for the answer to a later request."""
    for one in FILES:
        assert {answer.response.fingerprint for answer in answers(rows_of(one.file))} <= {""}


# -- which tool


def test_plain_rows_are_nobody_s(tmp_path: Path) -> None:
    for row in (
        {"case": "a", "answer": "x", "config": "one"},
        {"id": "a", "question": "q", "answer_a": "x", "answer_b": "y", "winner": "A"},
        {"question_id": "a", "winner": "model_a", "annotator": "Ada"},
        {"id": "a", "input": "q", "output": "x", "model": "m"},
        {"instruction": "q", "output_1": "x", "output_2": "y", "label": 1},
    ):
        path = tmp_path / "rows.jsonl"
        path.write_text(json.dumps(row) + "\n")
        assert tool_of([path]) is None, row
    (tmp_path / "rows.csv").write_text("id,answer_a,answer_b\na,x,y\n")
    assert tool_of([tmp_path / "rows.csv"]) is None


def test_files_of_two_tools_are_no_one_s() -> None:
    assert tool_of([DATA / "openai-evals/first.jsonl", DATA / "braintrust/first.jsonl"]) is None


def test_a_tool_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="no importer “promptfo”") as refused:
        tool_named("promptfo")
    assert "promptfoo" in str(refused.value)


# -- malformed twins


def spoilt(value: Any) -> Any:
    """The same document with another kind of value in every place."""
    if isinstance(value, dict):
        return {key: spoilt(inner) for key, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return ["spoilt", 7, None, *map(spoilt, cast("list[Any]", value))]
    return {"was": value} if isinstance(value, str) else [value]


IN_JSON = [one for one in FILES if Path(one.file).suffix in (".json", ".jsonl")]


@pytest.mark.parametrize("expected", IN_JSON, ids=lambda one: one.file)
def test_a_file_that_is_cut_off_gives_what_came_before_or_an_error(expected: Expected, tmp_path: Path) -> None:
    path = DATA / expected.file
    cut = tmp_path / path.name
    cut.write_text(path.read_text()[: path.stat().st_size * 2 // 3])
    rows, problem = readable(TOOLS[expected.tool].rows(Source(cut)))
    if Source(path).kind == "lines":
        assert problem is None
        assert any(isinstance(row, Refused) and "not JSON" in row.reason and row.raw for row in rows)
        cases = [sum(isinstance(row, CaseRow) for row in some) for some in (rows, rows_of(expected.file))]
        assert cases[0] < cases[1]
    else:
        assert problem is not None
        assert (rows, problem.path) == ([], str(cut))
        assert "not JSON" in problem.message


@pytest.mark.parametrize("expected", IN_JSON, ids=lambda one: one.file)
def test_values_of_other_kinds_are_refused_and_break_nothing(expected: Expected, tmp_path: Path) -> None:
    path = DATA / expected.file
    twisted = tmp_path / path.name
    lines = path.read_text().splitlines() if Source(path).kind == "lines" else [path.read_text()]
    twisted.write_text("".join(json.dumps(spoilt(json.loads(line))) + "\n" for line in lines))
    rows, problem = readable(TOOLS[expected.tool].rows(Source(twisted)))
    texts = [row.response.text for row in answers(rows_of(expected.file))]
    assert problem is not None or [row.response.text for row in answers(rows)] != texts or not texts


def readable(rows: Any) -> tuple[list[Row], ImportFormatError | None]:
    found: list[Row] = []
    try:
        for row in rows:
            found.append(row)  # noqa: PERF402  # what came before the error counts
    except ImportFormatError as problem:
        return found, problem
    return found, None


def test_a_database_that_is_none(tmp_path: Path) -> None:
    whole = (DATA / "llm/logs.db").read_bytes()
    path = tmp_path / "logs.db"
    path.write_bytes(whole[:1500])
    with pytest.raises(ImportFormatError, match="database cannot be read"):
        list(TOOLS["llm"].rows(Source(path)))
    path.write_bytes(b"SQLite format 3\0")
    with pytest.raises(ImportFormatError):
        tool_of([path])


def test_the_log_of_llm_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "logs.db"
    path.write_bytes((DATA / "llm/logs.db").read_bytes())
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert len(answers(list(TOOLS["llm"].rows(Source(path))))) == 4
        assert [one.name for one in tmp_path.iterdir()] == ["logs.db"]
    finally:
        tmp_path.chmod(0o755)


def test_numbers_that_no_float_comes_up_to_are_not_told(tmp_path: Path) -> None:
    """JSON allows them; a record holds none."""
    huge = "9" * 400
    path = tmp_path / "rows.jsonl"
    path.write_text(
        f'{{"span_id": "1", "input": "q", "output": "a", "scores": {{"odd": {huge}, "fine": 0.5}}, '
        f'"metrics": {{"prompt_tokens": {huge}, "completion_tokens": 7, "estimated_cost": {huge}, "x": NaN}}}}\n'
    )
    (given,) = answers(list(TOOLS["braintrust"].rows(Source(path))))
    told = given.response.usage.prompt_tokens, given.response.usage.completion_tokens, given.response.cost.usd
    assert told == (None, 7, None)
    assert [one.score for one in given.said] == [0.5]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("expected", IN_JSON, ids=lambda one: one.file)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_in_any_place_breaks_a_reader(expected: Expected, tmp_path: Path, data: st.DataObject) -> None:
    """One value of a good file is replaced by any other; rows come or are refused, and only our own error is raised."""
    path = DATA / expected.file
    lines = path.read_text().splitlines() if Source(path).kind == "lines" else [path.read_text()]
    document: Any = json.loads(data.draw(st.sampled_from(lines)))
    place: Any = document
    for _ in range(data.draw(st.integers(0, 6))):
        keys: list[Any] = list(cast("Any", place)) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.integers(0, 9)) == 0:
            place[key] = data.draw(JSON)
            break
        place = cast("Any", place[key])
    broken = tmp_path / path.name
    broken.write_text(json.dumps(document) + ("\n" if Source(path).kind == "lines" else ""))
    for row in readable(TOOLS[expected.tool].rows(Source(broken)))[0]:
        assert isinstance(row, KINDS)
