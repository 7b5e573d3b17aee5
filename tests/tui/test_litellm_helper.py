"""The app starts LiteLLM's helper behind Setup when a chosen config needs it, keeps it, and ends it with itself."""

import json
import os
from pathlib import Path

import pytest

from support.app import sit_down
from support.workspaces import make_workspace
from tiebreak_tui.screens.arena import ArenaScreen

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
