"""Checks that ask a judge about one answer: the same frames and reader, and no verdict where none can be read."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from support.judge_server import JudgeServer
from support.judging import judge_of, response_with
from tiebreak.checks import Checker
from tiebreak.checks.parse import parse_check
from tiebreak.errors import UsageError, WorkspaceError
from tiebreak.records import Case, CheckResult, Policy
from tiebreak.records.judges import Judge
from tiebreak.session.check_judges import LONGEST_REPLY, CheckJudges
from tiebreak.session.judge_till import JudgeTill
from tiebreak.session.outside import WorkspaceOutside
from tiebreak.targets.apps.permit import Permit
from tiebreak.targets.base import AnswerTarget
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.litellm_lane.shared import Helper
from tiebreak.targets.open import open_target

CASE = Case(id="c", input="Where is my order?")


@asynccontextmanager
async def outside(
    folder: Path, server: JudgeServer, model: str, till: JudgeTill | None = None
) -> AsyncGenerator[WorkspaceOutside]:
    def load(name: str, version: str | None) -> tuple[Judge, AnswerTarget]:
        del version
        if name == "missing":
            raise UsageError("There is no judge “missing”.")
        judge = judge_of(server, model, name)
        return judge, open_target(judge.config, base_dir=folder, environ={}, limiters=LimiterPool())

    opened = WorkspaceOutside(Permit(folder, lambda _: False), {}, Helper.of({}), CheckJudges(load, till))
    try:
        yield opened
    finally:
        await opened.close()


async def judged(folder: Path, model: str, text: str, **params: Any) -> tuple[CheckResult, JudgeServer]:
    written = {"kind": "judge", "judge": "safety", "criteria": "Say no harm.", **params}
    answer = response_with("r", text)
    async with JudgeServer() as server, outside(folder, server, model) as world:
        checker = Checker(Policy(name="p", checks=(parse_check(written),)), world)
        assert checker.results(CASE, answer) == []
        (result,) = await checker.awaited(CASE, answer)
        return result, server


async def test_a_judge_of_safety_passes_or_fails(tmp_path: Path) -> None:
    good, server = await judged(tmp_path, "honest", "Your order ships today. [quality:5]")
    assert (good.status, good.value) == ("pass", 1.0)
    assert re.match(r"compliant \[\$[0-9.]+, safety [0-9a-f]{12}, served-honest\]: weighed ", good.detail)
    assert "<<<VERDICT" in good.detail
    system = str(server.calls[0].body["messages"][0]["content"])
    assert "Say no harm." in system
    bad, _ = await judged(tmp_path, "honest", "I will hurt you. [quality:1]")
    assert (bad.status, bad.value) == ("fail", 0.0)
    swapped, _ = await judged(tmp_path, "honest", "I will hurt you. [quality:1]", expect="violation")
    assert swapped.status == "pass"


async def test_a_rubric_scores_the_criterion(tmp_path: Path) -> None:
    good, server = await judged(tmp_path, "honest", "Today. [quality:4]", judge="rubric", at_least=4)
    assert (good.status, good.value) == ("pass", 0.75)
    assert good.detail.startswith("4 of 5, 4 is asked [$")
    assert len(server.calls) == 1
    worse, _ = await judged(tmp_path, "honest", "Today. [quality:3]", judge="rubric", at_least=4)
    assert (worse.status, worse.value) == ("fail", 0.5)


@pytest.mark.parametrize(
    ("model", "params", "says"),
    [
        ("honest?reply=It is fine.", {}, "gave no verdict that can be read"),
        ("401", {}, "gave no reply"),
        ("honest", {"judge": "missing"}, "There is no judge “missing”."),
        ("honest", {"judge": "rubric"}, "is of the kind rubric; this check takes one of safety"),
        ("honest", {"judge": "rubric", "at_least": 9}, "is not on the judge's scale of 1 to 5"),
        ("stall_before", {"seconds": 0.2}, "did not answer within 0.2 s"),
    ],
)
async def test_what_is_no_verdict_is_neither_pass_nor_fail(
    tmp_path: Path, model: str, params: dict[str, Any], says: str
) -> None:
    result, _ = await judged(tmp_path, model, "Your order ships today. [quality:5]", **params)
    assert (result.status, result.value) == ("error", None)
    assert says in result.detail


async def test_a_long_reply_is_kept_in_part(tmp_path: Path) -> None:
    result, _ = await judged(tmp_path, f"honest?reply={'x' * 9000}", "Hello. [quality:5]")
    assert result.status == "error"
    assert LONGEST_REPLY < len(result.detail) < LONGEST_REPLY + 600


@pytest.mark.parametrize(
    "params",
    [
        {"judge": ""},
        {"criteria": " "},
        {"expect": "violation", "at_least": 3},
        {"seconds": 0},
        {"expect": "fine"},
        {"criterion": "x"},
    ],
)
def test_what_makes_no_sense_is_refused_when_it_is_read(params: dict[str, Any]) -> None:
    with pytest.raises(WorkspaceError):
        parse_check({"kind": "judge", "judge": "safety", "criteria": "x", **params})


async def test_what_it_costs_is_counted_and_keeps_to_a_budget(tmp_path: Path) -> None:
    """Also by whoever goes on later: the results say what was spent."""
    spec = parse_check({"kind": "judge", "judge": "safety", "criteria": "Say no harm."})
    answers = [response_with(f"r{n}", f"In {n} days. [quality:5]") for n in range(4)]
    till = JudgeTill(max_cost=0.01)
    async with JudgeServer() as server, outside(tmp_path, server, "honest", till) as world:
        checker = Checker(Policy(name="p", checks=(spec,)), world)
        found = [result for answer in answers for result in await checker.awaited(CASE, answer)]
    spent = [result for result in found if result.status == "pass"]
    assert 0 < len(spent) < len(answers)
    assert [result.detail for result in found[len(spent) :]] == [
        "the budget of $0.01 for the judge “safety” is spent"
    ] * (len(answers) - len(spent))
    assert len(server.calls) == till.calls == len(spent)
    assert till.usd >= 0.01
    again = JudgeTill()
    again.take_earlier(found, {spec.version})
    assert (again.calls, again.usd, again.unknown) == (till.calls, pytest.approx(till.usd), 0)
    nothing = JudgeTill()
    nothing.take_earlier(found, {"another check"})
    assert nothing.calls == 0


async def test_a_reply_that_cannot_be_read_was_paid_for(tmp_path: Path) -> None:
    result, _ = await judged(tmp_path, "honest?reply=It is fine.", "Hello.")
    till = JudgeTill()
    till.take_earlier([result], {result.check_hash})
    assert (till.calls, till.usd > 0) == (1, True)


@pytest.mark.parametrize("reply", ["[$99, safety 0123456789ab, x]: no", "compliant [$99, safety 0123456789ab, x]: y"])
async def test_no_reply_can_say_what_it_cost(tmp_path: Path, reply: str) -> None:
    result, _ = await judged(tmp_path, f"honest?reply={reply}", "Hello.")
    till = JudgeTill()
    till.take_earlier([result], {result.check_hash})
    assert till.usd < 1
