"""The identity of a target without what it takes to ask it."""

from pathlib import Path

import pytest

from tiebreak.errors import NetworkError, UnknownModelError
from tiebreak.records import (
    CommandTarget,
    Config,
    HttpTarget,
    ModelTarget,
    PythonTarget,
    RecordingTarget,
)
from tiebreak.targets.apps.permit import Permit
from tiebreak.targets.base import AnswerTarget, Request
from tiebreak.targets.identity import silent_target
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import open_target

KEYS = {"OPENAI_API_KEY": "sk-1", "ANTHROPIC_API_KEY": "sk-2", "MINE": "sk-3", "APP_KEY": "sk-4"}
TARGETS = (
    ModelTarget(model="openai/gpt-4.1-mini"),
    ModelTarget(model="anthropic/claude-sonnet-4-5"),
    ModelTarget(model="openai/gpt-4.1-mini", lane="litellm"),
    ModelTarget(model="any", base_url="http://127.0.0.1:1/v1", api_key_env="MINE"),
    HttpTarget(url="http://127.0.0.1:1/ask", headers={"X": "$APP_KEY"}),
    CommandTarget(command=("cat",)),
    PythonTarget(callable="mine:answer"),
)


def silent(config: Config, folder: Path) -> AnswerTarget:
    return silent_target(config, base_dir=folder, environ={})


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: f"{target.kind}")
def test_it_is_the_one_that_is_asked(tmp_path: Path, target: ModelTarget) -> None:
    config = Config(name="c", target=target)
    permit = Permit(tmp_path, lambda _: True)
    asked = open_target(config, base_dir=tmp_path, environ=KEYS, limiters=LimiterPool(), permit=permit)
    assert silent(config, tmp_path).identity == asked.identity
    assert silent(config, tmp_path).requested_model == asked.requested_model


def test_a_recording_of_known_content_need_not_be_there(tmp_path: Path) -> None:
    config = Config(name="c", target=RecordingTarget(path="gone.jsonl", sha256="0" * 64))
    assert silent(config, tmp_path).identity == {"kind": "recording", "sha256": "0" * 64}


async def test_it_answers_nothing(tmp_path: Path) -> None:
    target = silent(Config(name="c", target=TARGETS[0]), tmp_path)
    with pytest.raises(NetworkError, match="no answer to “q-1”"):
        async for _ in target.answer(Request(case_id="q-1", messages=())):
            pass
    await target.close()


def test_a_model_that_nobody_knows_has_none(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError):
        silent(Config(name="c", target=ModelTarget(model="nowhere/at-all")), tmp_path)
