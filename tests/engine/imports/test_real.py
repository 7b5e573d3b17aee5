"""Files that the tools themselves wrote are read right, and a twin of each with one thing broken says what is broken.

How they were made stands in `data/README.md`. The questions are the same in all of them: `first` answers right,
`second` wrong.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest

from tiebreak.errors import ImportFormatError
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
    tool_of,
)

REAL = Path(__file__).parent / "data" / "real"
SPANS = "resourceSpans", 0, "scopeSpans", 0, "spans"


class Real(NamedTuple):
    """A file, what it gives (answers, votes, verdicts, labels), what was said of answers, and how to break it."""

    tool: str
    file: str
    counts: tuple[int, int, int, int]
    said: frozenset[str]
    place: tuple[str | int, ...]
    """Where the document, or the record, is broken."""
    value: object
    """What then stands there."""
    reason: str
    """What is said of it."""
    set_aside: int = 0
    """Rows that are refused although nothing is wrong with them."""
    record: int = 0
    """The record that is broken."""


def break_at(value: Any, place: tuple[str | int, ...], other: object) -> None:
    for key in place[:-1]:
        value = value[key]
    value[place[-1]] = other


LM = "lm-eval/{}/samples_{}_2026-11-21T21-00-00.000000.jsonl"
NOTHING: frozenset[str] = frozenset()
Kind = TypeVar("Kind", bound=Row)
FILES = (
    Real(
        "openai-evals", "openai-evals/first.jsonl", (3, 0, 0, 0), frozenset({"match"}),
        ("data", "prompt"), None, "holds no prompt", record=2,
    ),
    Real(
        "openai-evals", "openai-evals/second-fuzzy.jsonl", (3, 0, 0, 0), frozenset({"match", "accuracy", "f1_score"}),
        ("data", "prompt"), None, "holds no prompt", record=2,
    ),
    Real(
        "lm-eval", LM.format("first", "talk"), (3, 0, 0, 0), frozenset({"exact_match"}),
        ("arguments",), {}, "has no arguments", set_aside=3,
    ),
    Real(
        "lm-eval", LM.format("second", "pick"), (2, 0, 0, 0), frozenset({"acc"}),
        ("arguments",), {}, "has no arguments",
    ),
    Real(
        "langsmith", "langsmith/runs-first.jsonl", (4, 0, 0, 0), NOTHING,
        ("inputs",), {}, "has no inputs", set_aside=1,
    ),
    Real(
        "langsmith", "langsmith/evaluate-second.jsonl", (4, 0, 0, 0), frozenset({"correct", "length"}),
        ("run",), {}, "has no inputs",
    ),
    Real(
        "langfuse", "langfuse/observations-first.jsonl", (4, 0, 0, 0), NOTHING,
        ("input",), None, "has no input", set_aside=1, record=1,
    ),
    Real(
        "langfuse", "langfuse/traces.json", (6, 0, 0, 6), frozenset({"correct"}),
        (0, "input"), None, "has no input",
    ),
    Real(
        "langfuse", "langfuse/experiment.jsonl", (6, 0, 0, 6), frozenset({"correct"}),
        ("input",), None, "has no input",
    ),
    Real(
        "braintrust", "braintrust/first.jsonl", (4, 0, 0, 0), frozenset({"exact", "length"}),
        ("input",), None, "has no input", set_aside=1,
    ),
    Real(
        "llm-comparator", "llm-comparator/comparison.json", (6, 0, 3, 0), NOTHING,
        ("examples", 0, "output_text_a"), None, "lacks an answer",
    ),
    Real(
        "arena", "arena/clean_battle_conv.json", (8, 4, 0, 0), NOTHING,
        (0, "winner"), "nobody", "lacks a model or a winner",
    ),
    Real(
        "mt-bench", "mt-bench/judge_pair.jsonl", (12, 0, 12, 0), NOTHING,
        ("g2_winner",), "error", "was not parsed",
    ),
    Real(
        "alpaca-eval", "alpaca-eval/annotations.json", (6, 0, 3, 0), NOTHING,
        (0, "preference"), None, "no number from 1 to 2",
    ),
    Real(
        "otel", "otel/traces.json", (12, 0, 0, 0), NOTHING,
        (*SPANS, 0, "attributes", 10), {}, "what was asked was not recorded",
    ),
)  # fmt: skip
KINDS = (GivenAnswer, GivenVote, GivenVerdict, GivenLabel)
each = pytest.mark.parametrize("real", FILES, ids=lambda real: real.file)


def rows_of(path: Path) -> list[Row]:
    tool = tool_of([path])
    assert tool is not None
    return list(tool.rows(Source(path)))


def of(file: str, kind: type[Kind]) -> list[Kind]:
    return [row for row in rows_of(REAL / file) if isinstance(row, kind)]


def answers(file: str) -> list[GivenAnswer]:
    return of(file, GivenAnswer)


@each
def test_a_real_file_is_read_whole(real: Real) -> None:
    assert tool_of([REAL / real.file]) is TOOLS[real.tool]
    rows = rows_of(REAL / real.file)
    assert tuple(sum(isinstance(row, kind) for row in rows) for kind in KINDS) == real.counts
    assert {one.name for row in rows if isinstance(row, GivenAnswer) for one in row.said} == real.said
    assert sum(isinstance(row, Refused) for row in rows) == real.set_aside
    inputs = [row.case.input for row in rows if isinstance(row, CaseRow)]
    asked = [one if isinstance(one, str) else one[-1].content for one in inputs]
    assert all("{" not in one for one in asked), "a question is its text, not JSON"


@each
def test_a_broken_twin_says_what_is_broken_and_gives_the_rest(real: Real, tmp_path: Path) -> None:
    whole = REAL / real.file
    twin = tmp_path / whole.parent.name / whole.name
    twin.parent.mkdir()
    if whole.suffix == ".json":
        document = json.loads(whole.read_text())
        break_at(document, real.place, real.value)
        twin.write_text(json.dumps(document))
    else:
        records = [json.loads(line) for line in whole.read_text().splitlines()]
        break_at(records[real.record], real.place, real.value)
        twin.write_text("".join(json.dumps(record) + "\n" for record in records))
    broken = [row for row in rows_of(twin) if isinstance(row, Refused) and real.reason in row.reason]
    assert [row.line for row in broken] == [real.record + 1]
    kept = sum(isinstance(row, KINDS) for row in rows_of(twin))
    assert 0 < kept < sum(real.counts) + real.set_aside, "a row set aside may stand in for the broken one"


@each
def test_a_real_file_that_ends_early_is_said(real: Real, tmp_path: Path) -> None:
    whole = REAL / real.file
    cut = tmp_path / whole.name
    cut.write_text(whole.read_text().rstrip()[:-40])
    rows = TOOLS[real.tool].rows(Source(cut))
    if whole.suffix == ".json":
        with pytest.raises(ImportFormatError, match="not JSON") as refused:
            list(rows)
        assert refused.value.path == str(cut)
    else:
        assert any(isinstance(row, Refused) and "not JSON" in row.reason and row.raw for row in rows)


# -- where a tool differs from what its documentation lets one think


def test_scores_and_tokens_of_braintrust_stand_in_spans_within() -> None:
    first = answers("braintrust/first.jsonl")[0]
    assert [(one.name, one.passed, one.score) for one in first.said] == [("exact", True, 1.0), ("length", None, 0.6)]
    assert (first.response.usage.prompt_tokens, first.response.usage.completion_tokens) == (11, 3)
    assert first.response.timings.ttft == 0.25
    (config,) = of("braintrust/first.jsonl", ConfigRow)
    assert (config.model, config.parameters) == ("first", {"temperature": 0.2})
    (steps,) = of("braintrust/first.jsonl", Refused)
    assert steps.reason == "13 rows are steps within spans, and no answer."
    failed = answers("braintrust/first.jsonl")[-1].response
    assert (failed.status, failed.fault) == ("error", "infra")
    assert failed.error is not None
    assert "nobody answers" in failed.error.message


def test_a_run_of_langsmith_knows_its_model_from_the_runs_within() -> None:
    (config,) = of("langsmith/runs-first.jsonl", ConfigRow)
    assert (config.model, config.parameters) == ("first", {"temperature": 0.2})
    response = answers("langsmith/runs-first.jsonl")[1].response
    assert (response.usage.prompt_tokens, response.usage.completion_tokens) == (11, 3)
    assert [one.text for one in response.contexts] == ["The sky is blue by day."]


def test_evaluate_of_langsmith_gives_the_example_and_what_evaluators_said() -> None:
    cases = [row.case for row in of("langsmith/evaluate-second.jsonl", CaseRow)]
    assert (cases[0].input, cases[0].reference) == ("Say hello.", "Hello there.")
    assert cases[0].metadata == {"topic": "talk"}
    said = answers("langsmith/evaluate-second.jsonl")[0].said
    assert [(one.name, one.passed, one.detail) for one in said] == [("correct", False, "exact"), ("length", None, "")]


def test_a_trace_of_langfuse_has_its_generation_within() -> None:
    for file in ("langfuse/observations-first.jsonl", "langfuse/traces.json"):
        config = of(file, ConfigRow)[0]
        assert (config.name, config.model, config.parameters) == ("first", "first", {"temperature": 0.2})
        response = answers(file)[0].response
        assert (response.text, response.usage.prompt_tokens) == ("Hello there.", 11)
        assert response.cost.usd == 0.0002
    assert answers("langfuse/traces.json")[0].response.timings.ttft == 0.25
    assert answers("langfuse/observations-first.jsonl")[-1].response.status == "error"


def test_a_category_of_langfuse_is_its_word_not_its_number() -> None:
    for file in ("langfuse/traces.json", "langfuse/experiment.jsonl"):
        labels = of(file, GivenLabel)
        assert [(one.name, one.value, one.rater) for one in labels[:2]] == [
            ("tone", "friendly", "rater-1"),
            ("tone", "curt", "rater-1"),
        ]


def test_metrics_after_a_match_are_of_the_same_answer() -> None:
    given = answers("openai-evals/second-fuzzy.jsonl")
    assert [(one.name, one.score) for one in given[-1].said] == [
        ("match", 1.0),
        ("accuracy", 1.0),
        ("f1_score", pytest.approx(2 / 3)),
    ]


def test_a_chat_prompt_of_lm_eval_is_its_messages() -> None:
    case = of(LM.format("first", "talk"), CaseRow)[0].case
    assert (case.input, case.reference) == ("Question: Say hello.\nAnswer:", "Hello there.")


def test_the_target_of_a_choice_is_its_text() -> None:
    assert [row.case.reference for row in of(LM.format("second", "pick"), CaseRow)] == ["apple", "brick"]
    assert [one.response.text for one in answers(LM.format("second", "pick"))] == ["brick", "brick"]


def test_the_judge_of_mt_bench_was_shown_the_answers() -> None:
    cases = {row.case.id: row.case for row in of("mt-bench/judge_pair.jsonl", CaseRow)}
    assert (cases["111/turn-1"].input, cases["111/turn-1"].reference) == ("What is two and two?", "4")
    second = cases["111/turn-2"]
    assert isinstance(second.input, tuple)
    assert [(one.role, one.content) for one in second.input] == [
        ("user", "What is two and two?"),
        ("user", "Say hello."),
    ]
    assert second.reference == "Hello there."
    texts = {(one.case, one.config): one.response.text for one in answers("mt-bench/judge_pair.jsonl")}
    assert (texts["81/turn-2", "first"], texts["81/turn-2", "second"]) == ("The sky is blue.", "Green.")
    verdicts = {(one.case, one.order): one.verdict for one in of("mt-bench/judge_pair.jsonl", GivenVerdict)}
    assert (verdicts["81/turn-1", "ab"], verdicts["81/turn-1", "ba"]) == ("A", "A")
    assert verdicts["82/turn-1", "ab"] != verdicts["82/turn-1", "ba"]


def test_what_the_annotator_of_alpaca_eval_wrote_is_kept() -> None:
    assert {one.reply for one in of("alpaca-eval/annotations.json", GivenVerdict)} <= {"m", "M"}


def test_spans_of_the_instrumentation_of_openai() -> None:
    called = next(one for one in answers("otel/traces.json") if one.response.tool_calls)
    (call,) = called.response.tool_calls
    assert (call.name, json.loads(call.arguments)) == ("weather", {"city": "Oslo"})
    assert (called.response.status, called.response.finish) == ("ok", "tool_calls")
    failed = [one.response for one in answers("otel/traces.json") if one.response.status == "error"]
    assert {one.error.message for one in failed if one.error} == {"APIConnectionError"}
