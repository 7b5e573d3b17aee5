"""Checks of a policy, a card and a case, in the Arena and headless: one way, whether or not they have to be awaited."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.live import both, open_bench, start, taken_up
from support.workspaces import make_workspace
from tiebreak.datasets import load_dataset
from tiebreak.errors import DatasetError, NotTrustedError
from tiebreak.gates import validate_policy
from tiebreak.records import CheckResult, CheckSpec, Policy
from tiebreak.session.live import LiveSession
from tiebreak.workspace.trust import Trust
from tiebreak_workbench.headless.headless import Wanted, answer, board_of, open_batch, setup_of, take_up
from tiebreak_workbench.starting.choosing import Choices, Choosing
from tiebreak_workbench.workbench import Workbench

POLICY = """\
form: {vote: required}
checks:
  - {kind: max_length, chars: 200}
  - {id: warm, kind: command, command: [grep, -qi, welcome]}
gates:
  offline:
    - {id: warmer, metric: check, check: warm, at_least: 0.3}
  human:
    - {id: preferred, metric: win_rate, at_least: 0.5}
"""
WELCOMES = {"baseline": 0, "candidate": 2}
"""How many of the recorded answers say welcome."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "ws", policy=POLICY)


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(tmp_path / "data")


def trusted(folder: Path, data: str) -> Workbench:
    bench = open_bench(folder, XDG_DATA_HOME=data, PATH="/usr/bin:/bin")
    trust = Trust.of(bench.environ)
    trust.allow(folder, [item.program for item in trust.wanted(bench.workspace)])
    return bench


async def answered(live: LiveSession) -> None:
    for position in range(len(live.cases)):
        await both(live, position)


async def checked(live: LiveSession) -> None:
    """Wait until every answer is there, with all its results."""
    await answered(live)
    async with asyncio.timeout(60):
        await live.checking.checked()
    await live.saves.settled()


def statuses(results: Sequence[CheckResult], check_id: str) -> list[str]:
    return sorted(result.status for result in results if result.check_id == check_id)


async def test_the_verdicts_of_a_program_follow_in_the_arena(folder: Path, data: str) -> None:
    with trusted(folder, data) as bench:
        session_id = start(bench)
        async with taken_up(bench, session_id) as live:
            await checked(live)
            tally = live.scoreboard.snapshot().checks["warm"]
        stored = bench.store.load_session(session_id)
        assert {role: count.passed for role, count in tally.items()} == WELCOMES
        assert statuses(stored.check_results, "warm") == ["fail"] * 10 + ["pass"] * 2
        async with taken_up(bench, session_id) as live:
            assert live.scoreboard.snapshot().checks["warm"] == tally
            await live.saves.settled()
        assert len(bench.store.load_session(session_id).check_results) == 24, "nothing was asked twice"


async def test_what_was_left_open_is_made_up_when_the_session_is_taken_up(folder: Path, data: str) -> None:
    slow = POLICY.replace("command: [grep, -qi, welcome]", "shell: true, command: 'test -e go || sleep 600'")
    (folder / "policies" / "ship.yaml").write_text(slow)
    with trusted(folder, data) as bench:
        session_id = start(bench, n=2)
        async with taken_up(bench, session_id) as live:
            await answered(live)
            await live.saves.settled()
        assert statuses(bench.store.load_session(session_id).check_results, "warm") == []
        (folder / "go").touch()
        async with taken_up(bench, session_id) as live:
            await checked(live)
        results = bench.store.load_session(session_id).check_results
        assert statuses(results, "warm") == ["pass"] * 4
        assert statuses(results, "max_length") == ["pass"] * 4


async def test_a_headless_run_keeps_answers_together_with_their_verdicts(folder: Path, data: str) -> None:
    with trusted(folder, data) as bench:
        setup = setup_of(bench.workspace, "small", "plain", "warm")
        taken = take_up(bench, setup)
        assert (await answer(open_batch(bench, taken.stored, Wanted()))).complete
        snapshot = board_of(bench, taken.stored).snapshot()
        assert {role: count.passed for role, count in snapshot.checks["warm"].items()} == WELCOMES
        assert {outcome.gate_id: outcome.status for outcome in snapshot.gates}["warmer"] == "pass"


def test_nothing_begins_without_trust(folder: Path, data: str) -> None:
    environ = {"XDG_DATA_HOME": data}
    with open_bench(folder, **environ) as bench:
        stored = bench.store.load_session(start(bench))
        with pytest.raises(
            NotTrustedError, match="The check “warm” would run code of this workspace: grep -qi welcome"
        ):
            bench.arms(stored)
        choosing = Choosing(
            bench.workspace,
            Choices(dataset="small", baseline="plain", candidate="warm", policy="ship"),
            seed=1,
            environ=bench.environ,
        )
        choosing.resolve()
        told = [remark.text for remark in choosing.remarks() if remark.level == "problem"]
        assert [text.partition(":")[0] for text in told] == ["The check “warm” would run code of this workspace"]
        trust = Trust.of(bench.environ)
        assert [(item.config, item.program.text) for item in trust.wanted(bench.workspace)] == [
            ("policy ship, check warm", "grep -qi welcome")
        ]


CARD = """\
name: small
checks:
  - {kind: contains, none: [swordfish]}
  - {kind: max_length, words: 5}
"""


def test_the_checks_of_a_card_belong_to_every_case(folder: Path) -> None:
    place = folder / "datasets" / "small"
    (place / "dataset.yaml").write_text(CARD)
    lines = (place / "cases.jsonl").read_text().splitlines()
    own = lines[0].rstrip("}") + ', "checks": [{"kind": "max_length", "words": 9}, {"kind": "json"}]}'
    (place / "cases.jsonl").write_text("\n".join([own, *lines[1:]]))
    dataset = load_dataset(place)
    assert [[(spec.id, dict(spec.params)) for spec in case.checks] for case in dataset.cases[:2]] == [
        [("contains", {"none": ["swordfish"]}), ("max_length", {"words": 9}), ("json", {})],
        [("contains", {"none": ["swordfish"]}), ("max_length", {"words": 5})],
    ]
    assert dataset.card.name == "small"


def test_a_slip_on_a_card_is_told_with_its_line(folder: Path) -> None:
    place = folder / "datasets" / "small"
    (place / "dataset.yaml").write_text(CARD.replace("words: 5", "wrods: 5"))
    with pytest.raises(DatasetError) as refused:
        load_dataset(place)
    assert str(refused.value).endswith(
        "dataset.yaml:4: checks[1].wrods: The check “max_length” has no parameter “wrods”. Did you mean “words”?"
    )


def test_programs_of_cards_and_cases_ask_for_trust_too(folder: Path, data: str) -> None:
    (folder / "datasets" / "small" / "dataset.yaml").write_text(
        "name: small\nchecks: [{id: tone, kind: python, callable: 'mine:tone'}]\n"
    )
    with open_bench(folder, XDG_DATA_HOME=data) as bench:
        wanted = Trust.of(bench.environ).wanted(bench.workspace)
    assert [(item.config, item.program.text) for item in wanted] == [
        ("policy ship, check warm", "grep -qi welcome"),
        ("dataset small, check tone", "the Python function mine:tone"),
    ]


def test_checks_that_cannot_run_here_are_found_before_the_run(folder: Path) -> None:
    dataset = load_dataset(folder / "datasets" / "small")
    specs = (CheckSpec(id="later", kind="from_the_future"), CheckSpec(id="odd", kind="regex", params={"patern": "a"}))
    found = validate_policy(Policy(name="p", checks=specs), dataset)
    assert [(finding.level, finding.sentence) for finding in found] == [
        ("error", "Check “later”: this version of Tiebreak cannot run the kind “from_the_future” as it is written."),
        ("error", "Check “odd”: this version of Tiebreak cannot run the kind “regex” as it is written."),
    ]
