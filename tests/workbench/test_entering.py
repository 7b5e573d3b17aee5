"""Opening a session brings what its gates are decided with, so that no vote or verdict waits for it."""

import sys
from pathlib import Path

import pytest

from support.live import open_bench, start
from support.workspaces import make_workspace
from tiebreak_workbench.entering import entered

POLICY = "form: {{vote: required}}\ngates: {{human: [{{id: win, metric: win_rate, at_least: 0.5, scope: {scope}}}]}}\n"


@pytest.mark.parametrize(("scope", "brought"), [("set", False), ("population", False), ("fixed_n", True)])
def test_a_gate_of_a_fixed_n_finds_its_distributions_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: str, brought: bool
) -> None:
    with open_bench(make_workspace(tmp_path / "ws", policy=POLICY.format(scope=scope))) as bench:
        session_id = start(bench)
        monkeypatch.delitem(sys.modules, "scipy.special", raising=False)
        entered(bench, session_id, "random", None, None)
        assert ("scipy.special" in sys.modules) == brought
