"""Long answers are checked beside the event loop, and come to the same."""

import asyncio
import importlib
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.headless import Kept
from support.kinds import install
from support.live import both, open_bench, start, taken_up
from support.workspaces import ANSWERS_B, QUESTIONS, make_workspace
from tiebreak.batch import Batch
from tiebreak.checks import Answer, Checker, parse_check, run_checks
from tiebreak.checks.kinds.no_secrets import NEEDED
from tiebreak.checks.matching import first_match
from tiebreak.checks.parse import build_check
from tiebreak.checks.personal import phones
from tiebreak.checks.registry import forget
from tiebreak.checks.run import AT_ONCE
from tiebreak.metrics import Item, Score
from tiebreak.metrics.examples import item
from tiebreak.metrics.kinds.fuzzy import LONG, edit_distance, fuzzy_similarity
from tiebreak.records import Case, Policy

PATIENT = """\
import threading
from dataclasses import dataclass

from tiebreak.checks import Check, Example, Verdict

begun = threading.Event()
go = threading.Event()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient(Check):
    kind = "patient"
    example = Example(passes="a", fails="b")

    def judge(self, case, response, /):
        if len(response.text) < 1000:
            return Verdict.of(True)
        begun.set()
        return Verdict.of(go.wait(20), "nobody was free to let it go on")
"""
LONG_ANSWERS = {name: f"{name}: " + "Write to help@example.com. " * 120 for name in QUESTIONS}
POLICY = """\
form: {vote: required}
checks:
  - {kind: patient}
  - {kind: no_personal_data}
  - {kind: max_length, chars: 200}
gates:
  human:
    - {id: preferred, metric: win_rate, at_least: 0.5}
"""


@pytest.fixture
def patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A check that ends once the event loop was free to say so."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "patience.py").write_text(PATIENT)
    install(site, "patient", "patience:Patient")
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    importlib.invalidate_caches()
    forget()
    build_check.cache_clear()
    yield importlib.import_module("patience")
    forget()
    del sys.modules["patience"]


async def let_go(patient: ModuleType) -> None:
    """Once the check has begun, let it end: on the event loop it would wait for this in vain."""
    assert await asyncio.to_thread(patient.begun.wait, 20)
    patient.go.set()


async def test_the_loop_goes_on_while_a_long_answer_is_checked(patient: ModuleType) -> None:
    specs = [parse_check({"kind": "patient"}), parse_check({"kind": "no_personal_data"})]
    checker = Checker(Policy(name="p", checks=tuple(specs)))
    case, response = Case(id="c", input="q"), Answer(text="x" * (AT_ONCE + 1)).response
    assert checker.long(case, response)
    work = asyncio.ensure_future(checker.results_aside(case, response))
    await let_go(patient)
    assert await work == run_checks(case, response, specs)
    assert [one.check_id for one in await checker.results_aside(case, response, known={specs[0].version})] == [
        "no_personal_data"
    ]
    await checker.close()


def test_what_counts_as_long() -> None:
    checker = Checker(Policy(name="p", checks=(parse_check({"kind": "json"}),)))
    case = Case(id="c", input="q")
    assert not checker.long(case, Answer(text="x" * AT_ONCE).response)
    assert checker.long(case, Answer(text="x" * (AT_ONCE - 10), calls=(("f", '{"a": "01234"}'),)).response)
    assert checker.long(Case(id="c", input="q", reference="x" * AT_ONCE), Answer(text="x").response)
    assert not Checker(Policy(name="p")).long(case, Answer(text="x" * AT_ONCE * 2).response), (
        "there is nothing to check"
    )


@pytest.mark.parametrize(
    ("check", "runs"),
    [
        ({"kind": "regex", "pattern": "a"}, True),
        ({"kind": "forbidden", "patterns": {"p": "a"}}, True),
        ({"kind": "forbidden", "topics": {"t": ["a"]}}, False),
        ({"kind": "citations", "pattern": "<(.)>"}, True),
        ({"kind": "citations"}, False),
        ({"kind": "json_schema", "schema": {"items": {"type": "string", "pattern": "a"}}}, True),
        ({"kind": "json_schema", "schema": {"patternProperties": {"a": {}}}}, True),
        ({"kind": "json_schema", "schema": {"type": "object"}}, False),
        ({"kind": "tool_schema", "tools": {"f": {"type": "object"}, "g": {"patternProperties": {"a": {}}}}}, True),
        ({"kind": "tool_schema", "tools": {"f": {"type": "object"}}}, False),
        ({"kind": "max_length", "chars": 4}, False),
    ],
)
def test_whoever_runs_patterns_of_the_user_counts_as_long(check: dict[str, object], runs: bool) -> None:
    spec = parse_check(check)
    case, short = Case(id="c", input="q"), Answer(text="[a]").response
    assert Checker(Policy(name="p", checks=(spec,))).long(case, short) == runs
    assert Checker(Policy(name="p")).long(replace(case, checks=(spec,)), short) == runs
    for never_searched in (replace(short, status="empty"), replace(short, status="imported")):
        assert not Checker(Policy(name="p", checks=(spec,))).long(case, never_searched)


async def test_a_live_session_runs_patterns_beside_its_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And reads the answer meanwhile: its verdict comes after it, from the thread."""
    where: list[str] = []

    def noted(pattern: str, text: str) -> str | None:
        where.append(threading.current_thread().name)
        return first_match(pattern, text)

    monkeypatch.setattr("tiebreak.checks.kinds.regex.first_match", noted)
    policy = POLICY.replace("{kind: patient}", "{kind: regex, pattern: days}")
    folder = make_workspace(tmp_path / "ws", a=ANSWERS_B, b=ANSWERS_B, policy=policy)
    with open_bench(folder) as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id) as live:
            await both(live, 0)
            async with asyncio.timeout(60):
                await live.checking.checked()
            await live.saves.settled()
        assert {name.split("_")[0] for name in where} == {"checks"}
        stored = bench.store.load_session(session_id)
        batch = Batch(cases=stored.dataset.cases, arms=bench.arms(stored), policy=stored.policy, recorder=Kept())
        where.clear()
        assert (await batch.run()).complete
        assert {name.split("_")[0] for name in where} == {"checks"}


async def test_an_answer_is_there_before_its_long_checks_and_a_resumed_session_asks_none_twice(
    patient: ModuleType, tmp_path: Path
) -> None:
    folder = make_workspace(tmp_path / "ws", a=LONG_ANSWERS, b=ANSWERS_B, policy=POLICY)
    with open_bench(folder) as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id) as live:
            for position in range(len(live.cases)):
                await both(live, position)
            await let_go(patient)
            async with asyncio.timeout(60):
                await live.checking.checked()
            await live.saves.settled()
            seen = live.scoreboard.snapshot()
        stored = bench.store.load_session(session_id)
        cases = {case.id: case for case in stored.dataset.cases}
        for response in stored.responses:
            kept = [result for result in stored.check_results if result.response_id == response.id]
            assert kept == run_checks(cases[response.case_id], response, stored.policy.checks)
            assert kept[0].status == "pass"
        async with taken_up(bench, session_id) as live:
            assert live.scoreboard.snapshot() == seen
            await live.saves.settled()
        assert len(bench.store.load_session(session_id).check_results) == len(stored.check_results)


async def test_closing_a_session_lets_long_checks_end(patient: ModuleType, tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", a=LONG_ANSWERS, b=LONG_ANSWERS, policy=POLICY)
    with open_bench(folder) as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id, lookahead=0) as live:
            await both(live, 0)
            letting_go = asyncio.ensure_future(let_go(patient))
        await letting_go
        await live.saves.settled()
        results = bench.store.load_session(session_id).check_results
        assert [result.check_id for result in results].count("patient") == 2
        assert {result.status for result in results if result.check_id == "patient"} == {"pass"}


def patterns() -> list[tuple[str, str, int]]:
    """Every pattern of detect-secrets by which a kind of secret in `NEEDED` is found."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.plugins.keyword import QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP as KEYWORDS

    kinds = get_mapping_from_secret_type_to_class()
    assert set(NEEDED) <= set(kinds)
    found: list[tuple[str, str, int]] = []
    for name in NEEDED:
        own: Iterable[re.Pattern[str]] = KEYWORDS if name == "Secret Keyword" else vars(kinds[name])["denylist"]
        assert own
        found += [(name, pattern.pattern, pattern.flags) for pattern in own]
    return found


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_every_secret_holds_what_is_looked_for_first(data: st.DataObject) -> None:
    name, pattern, flags = data.draw(st.sampled_from(patterns()))
    text = data.draw(st.from_regex(re.compile(pattern, flags)))
    assert any(part in text.casefold() for part in NEEDED[name]), name


def test_phones_without_a_plus_are_found_by_the_rules_of_a_region() -> None:
    assert list(phones("Call (212) 555-0142.", ())) == []
    assert list(phones("Call (212) 555-0142.", ("US",))) == ["(212) 555-0142"]
    assert list(phones("Call \uff0b44 20 7946 0958.", ())) == ["\uff0b44 20 7946 0958"]


@pytest.mark.parametrize("metric", [fuzzy_similarity, edit_distance])
def test_long_texts_are_as_alike_as_short_ones(metric: Callable[[Item, int], Score]) -> None:
    """The way of long texts and that of short ones; both sides repeated leave the shares as they were."""
    reference = "ab" * LONG
    answer = reference.replace("a", "b", LONG // 2)
    assert metric(item(answer, reference=reference), 0).value == pytest.approx(
        0.75 if metric is fuzzy_similarity else 0.25
    )


async def test_a_batch_checks_long_answers_beside_its_calls(patient: ModuleType, tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", a=LONG_ANSWERS, b=ANSWERS_B, policy=POLICY)
    with open_bench(folder) as bench:
        stored = bench.store.load_session(start(bench, n=1))
        kept = Kept()
        batch = Batch(cases=stored.dataset.cases[:1], arms=bench.arms(stored), policy=stored.policy, recorder=kept)
        running = asyncio.ensure_future(batch.run())
        await let_go(patient)
        assert (await running).reason == "finished"
    assert sorted(result.status for result in kept.results if result.check_id == "patient") == ["pass", "pass"]
    long = [len(response.text) > AT_ONCE for response in kept.responses]
    assert sorted(long) == [False, True]
