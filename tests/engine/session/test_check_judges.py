"""Checks that ask a judge about one answer: the same frames and reader, and no verdict where none can be read."""

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
from tiebreak.session.outside import WorkspaceOutside
from tiebreak.targets.apps.permit import Permit
from tiebreak.targets.base import AnswerTarget
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.litellm_lane.shared import Helper
from tiebreak.targets.open import open_target

CASE = Case(id="c", input="Where is my order?")


@asynccontextmanager
async def outside(folder: Path, server: JudgeServer, model: str) -> AsyncGenerator[WorkspaceOutside]:
    def load(name: str) -> tuple[Judge, AnswerTarget]:
        if name == "missing":
            raise UsageError("There is no judge “missing”.")
        judge = judge_of(server, model, name)
        return judge, open_target(judge.config, base_dir=folder, environ={}, limiters=LimiterPool())

    opened = WorkspaceOutside(Permit(folder, lambda _: False), {}, Helper.of({}), CheckJudges(load))
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
    assert good.detail.startswith("compliant: ")
    assert "[safety " in good.detail
    assert "$" in good.detail
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
    assert good.detail.startswith("4 of 5, 4 is asked: ")
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
