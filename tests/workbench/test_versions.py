"""The versions of a config in their order, with how each did, and one taken up again as a file."""

from pathlib import Path

import pytest

from support.editing import ask, rated
from support.live import open_bench, start
from support.model_server import ModelServer
from tiebreak.errors import UsageError
from tiebreak.reports import tried_briefly, versions_tried
from tiebreak_workbench.editing import edited, fork
from tiebreak_workbench.past.versions import config_history, take_up, version_of_name


def test_versions_are_counted_by_their_first_session() -> None:
    assert versions_tried([], None) == (1, 1)
    assert versions_tried(["a", "b"], "b") == (2, 2)
    assert versions_tried(["a", "b"], "c") == (3, 3)
    assert tried_briefly(versions_tried(["a"], "a")) == ""
    assert tried_briefly(versions_tried(["a", "b", "c"], "b")) == "version 2 of 3 tried on this set"


async def test_a_config_is_told_version_by_version(tmp_path: Path) -> None:
    async with ModelServer() as server:
        with open_bench(ask(tmp_path / "ws", server.base_url)) as bench:
            parent = start(bench)
            await rated(bench, parent, 3)
            before = bench.store.load_session(parent).configs["candidate"]
            after = edited(before, "=== system ===\nBe brief.")
            child = fork(bench, parent, "candidate", after, "rated").session_id
            first, second = config_history(bench, "warm")
            assert (first.number, first.origin, first.parent, first.changes) == (1, "file", None, ())
            assert (second.number, second.origin, second.parent) == (2, "edit", 1)
            assert [(c.field, c.after) for c in second.changes] == [("prompt.system", "Be brief.")]
            (result,) = first.results
            assert (result.session_id, result.n, result.planned, result.rate) == (parent, 3, 6, 1.0)
            assert result.low is not None
            assert result.low < 1.0
            assert result.same_baseline
            assert [(r.session_id, r.n, r.rate) for r in second.results] == [(child, 0, None)]
            assert version_of_name((first, second), "v2") is second
            assert version_of_name((first, second), first.version[:8]) is first
            with pytest.raises(UsageError, match="no version “v3”"):
                version_of_name((first, second), "v3")
            # To look at figures before all cases are in is a peek, once.
            peeks = [event.detail["at"] for event in bench.store.load_session(parent).events if event.kind == "peek"]
            assert peeks == ["history"]
            # Of the baseline, the same votes say the opposite.
            (plain,) = config_history(bench, "plain")
            assert [result.rate for result in plain.results] == [0.0, None]
            with pytest.raises(UsageError, match="Did you mean “warm”"):
                config_history(bench, "wram")


async def test_a_version_is_taken_up_again_and_what_stood_there_is_kept(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = ask(tmp_path / "ws", server.base_url)
        with open_bench(folder) as bench:
            parent = start(bench)
            before = bench.store.load_session(parent).configs["candidate"]
            after = edited(before, "=== system ===\nBe brief.")
            text = (folder / "configs" / "warm.yaml").read_text()
            path, kept = take_up(bench, after)
            assert bench.workspace.load_config("warm").version == after.version
            assert kept is not None
            assert kept.read_text() == text
            assert [entry.name for entry in bench.workspace.configs] == ["plain", "warm"]
            assert take_up(bench, after) == (path, None)
            drafts = [text.replace("Be warm", f"Be {word}") for word in ("brief", "slow")]
            for draft in drafts:
                path.write_text(draft)
                take_up(bench, after)
            kept_texts = {file.read_text() for file in (folder / "configs").glob("warm.yaml.*")}
            assert kept_texts == {text, *drafts}
