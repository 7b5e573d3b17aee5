"""The app starts LiteLLM's helper behind Setup when a chosen config needs it, keeps it, and ends it with itself."""

import json
import os
import signal
from pathlib import Path

import pytest

from support.anthropic_server import AnthropicServer
from support.app import against, sit_down
from support.model_server import ModelServer
from support.workspaces import make_workspace
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.wishes import Wishes

LANE = {"target": {"kind": "model", "model": "m", "base_url": "http://127.0.0.1:9/v1", "lane": "litellm"}, "retries": 0}


async def test_setup_starts_it_for_a_config_that_needs_it_and_the_end_ends_it(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    (folder / "configs" / "warm.yaml").write_text(json.dumps(LANE))
    async with sit_down(folder) as seat:
        await seat.ready()
        bench = seat.app.bench
        assert bench is not None
        await seat.until(lambda: bench.helper.pid is not None)
        pid = bench.helper.pid
        assert pid is not None
        await seat.press("ctrl+s")
        await seat.reaches(ArenaScreen)
        await seat.app.leave_session()
        assert bench.helper.pid == pid, "it stays for the next session"
    assert bench.helper.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_configs_that_go_another_way_start_nothing(tmp_path: Path) -> None:
    async with sit_down(make_workspace(tmp_path / "ws")) as seat:
        await seat.ready()
        assert seat.app.bench is not None
        assert seat.app.bench.helper.pid is None
        assert seat.setup.choosing is not None
        assert not seat.setup.choosing.needs_helper


def lane_against_direct(folder: Path, claude: AnthropicServer, server: ModelServer, model: str) -> Path:
    """A workspace whose A is asked in Anthropic's protocol through LiteLLM, and whose B directly."""
    against(folder, server, "unused", "normal?words=5")
    target = {
        "kind": "model",
        "model": f"anthropic/{model}",
        "base_url": claude.base_url,
        "api_key_env": "TEST_KEY",
        "lane": "litellm",
    }
    (folder / "configs" / "plain.yaml").write_text(json.dumps({"target": target, "retries": 0}))
    return folder


async def test_a_helper_killed_in_mid_stream_is_told_in_the_pane_and_started_for_the_next_answer(
    tmp_path: Path,
) -> None:
    async with ModelServer() as server, AnthropicServer() as claude:
        folder = lane_against_direct(tmp_path / "ws", claude, server, "normal?words=2000&tps=20")
        async with sit_down(folder, Wishes(start=True, cases=1)) as seat:
            await seat.reaches(ArenaScreen)
            await seat.sees("LiteLLM is starting")
            await seat.press("question_mark")
            await seat.sees("Neither may ship")  # keys are heard while it loads
            await seat.press("escape")
            bench = seat.app.bench
            assert bench is not None
            await bench.helper.running()
            await seat.until(lambda: seat.answer("baseline"))
            first = bench.helper.pid
            assert first is not None
            os.kill(first, signal.SIGKILL)
            await seat.sees("The LiteLLM helper ended: signal 9.", "INCOMPLETE", "r asks again")
            assert seat.answer("candidate") == "The quick brown fox jumps "
            await seat.press("r")
            await seat.sees("LiteLLM is starting")
            await bench.helper.running()
            await seat.until(lambda: seat.arena.exchange.answers["baseline"].progress == "streaming")
            assert bench.helper.pid not in (None, first)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("401", ["refused the key (401)", "Check the key in TEST_KEY."]),
        ("404", ["does not know the model '404'", "The config says 'anthropic/404'"]),
    ],
)
async def test_a_refusal_through_litellm_says_what_to_do_and_no_key(
    tmp_path: Path, model: str, words: list[str]
) -> None:
    async with ModelServer() as server, AnthropicServer() as claude:
        folder = lane_against_direct(tmp_path / "ws", claude, server, model)
        async with sit_down(folder, Wishes(start=True, cases=1)) as seat:
            await seat.reaches(ArenaScreen)
            assert seat.app.bench is not None
            await seat.app.bench.helper.running()
            await seat.until(lambda: all(word in " ".join(seat.text.replace("│", " ").split()) for word in words))
            assert "sk-test-key" not in seat.text
