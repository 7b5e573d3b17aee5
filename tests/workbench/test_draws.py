"""How the planned cases were drawn stays with a plan: where it is asked again, exported and imported."""

from pathlib import Path

import pytest

from support.editing import ask, rated
from support.live import open_bench
from support.model_server import ModelServer
from tiebreak.errors import ImportFormatError
from tiebreak.records import Plan
from tiebreak_workbench.editing import edited, fork
from tiebreak_workbench.exports.exporting import export_jsonl
from tiebreak_workbench.headless.again import to_rerun
from tiebreak_workbench.imports.session import import_session
from tiebreak_workbench.starting.setup import Setup, draws_of
from tiebreak_workbench.workbench import Workbench


def drawn(bench: Workbench) -> tuple[str, Plan]:
    setup = Setup(
        dataset=bench.workspace.load_dataset("small"),
        baseline=bench.workspace.load_config("plain"),
        candidate=bench.workspace.load_config("warm"),
        policy=bench.workspace.load_policy("ship"),
        seed=7,
        n=3,
        strata="segment",
    )
    return bench.start(setup), setup.plan()


async def test_draws_go_along_with_the_whole_plan_and_with_no_choice_from_it(tmp_path: Path) -> None:
    async with ModelServer() as server:
        with open_bench(ask(tmp_path / "ws", server.base_url)) as bench:
            parent, plan = drawn(bench)
            draws = bench.store.draws(parent)
            assert tuple(draws) == draws_of(bench.workspace.load_dataset("small"), plan)
            assert {draw.inclusion_p for draw in draws} == {0.5}
            await rated(bench, parent, 2)
            changed = edited(bench.store.load_session(parent).configs["candidate"], "=== system ===\nBe brief.")
            whole = fork(bench, parent, "candidate", changed, "all")
            assert bench.store.draws(whole.session_id) == draws
            assert bench.store.draws(fork(bench, parent, "candidate", changed, "rated").session_id) == []
            asked = to_rerun(bench, parent, failed=False).taken.stored.session.id
            assert bench.store.draws(asked) == draws
            export_jsonl(bench, whole.session_id, tmp_path / "s.jsonl")
        with open_bench(ask(tmp_path / "there", server.base_url)) as bench:
            import_session(bench, tmp_path / "s.jsonl")
            assert bench.store.draws(whole.session_id) == draws
        with open_bench(ask(tmp_path / "short", server.base_url)) as bench:
            lines = (tmp_path / "s.jsonl").read_text().splitlines(keepends=True)
            first = next(number for number, line in enumerate(lines) if '"draw"' in line)
            (tmp_path / "cut.jsonl").write_text("".join(lines[:first] + lines[first + 1 :]))
            with pytest.raises(ImportFormatError, match="not those of the plan"):
                import_session(bench, tmp_path / "cut.jsonl")
