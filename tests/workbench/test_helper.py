"""The workbench keeps LiteLLM's helper from session to session."""

import json
import os
from pathlib import Path

import pytest

from support.live import both, open_bench, start, taken_up
from support.model_server import ModelServer
from support.workspaces import make_workspace


def through_litellm(folder: Path, base_url: str) -> Path:
    """A small workspace whose B is asked through LiteLLM."""
    make_workspace(folder)
    target = {"kind": "model", "model": "normal?words=3", "base_url": base_url, "lane": "litellm"}
    (folder / "configs" / "warm.yaml").write_text(json.dumps({"target": target, "retries": 0}))
    return folder


async def test_one_helper_serves_session_after_session_until_it_is_let_go(tmp_path: Path) -> None:
    async with ModelServer() as server:
        with open_bench(through_litellm(tmp_path / "ws", server.base_url)) as bench:
            bench.hold_helper()
            await bench.helper.running()
            first = bench.helper.pid
            assert first is not None
            assert not server.calls, "starting asks nobody"
            for _ in range(2):
                async with taken_up(bench, start(bench, n=1)) as live:
                    assert (await both(live, 0)).answers["candidate"].text == "The quick brown "
                bench.hold_helper()
                assert bench.helper.pid == first
            await bench.let_helper_go()
            await bench.let_helper_go()
            assert bench.helper.pid is None
            with pytest.raises(ProcessLookupError):
                os.kill(first, 0)


async def test_without_somebody_who_holds_it_it_ends_with_the_session(tmp_path: Path) -> None:
    async with ModelServer() as server:
        with open_bench(through_litellm(tmp_path / "ws", server.base_url)) as bench:
            async with taken_up(bench, start(bench, n=1)) as live:
                await both(live, 0)
                assert bench.helper.pid is not None
            assert bench.helper.pid is None
