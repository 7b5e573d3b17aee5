"""The bundled sample as `tiebreak demo` uses it."""

from pathlib import Path

from tiebreak_workbench.demo import ensure_sample, run_demo, sample_setup
from tiebreak_workbench.workbench import Workbench


def test_the_sample_comes_into_a_folder_that_was_only_opened_before(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    with Workbench.open(folder, {}):
        pass
    with Workbench.open(ensure_sample(folder), {}) as bench:
        assert len(sample_setup(bench).plan().case_ids) == 88


def test_a_sample_that_is_there_is_left_as_its_user_edited_it(tmp_path: Path) -> None:
    folder = ensure_sample(tmp_path / "demo")
    card = folder / "dataset.yaml"
    card.write_text(card.read_text() + "\n# mine\n")
    assert ensure_sample(folder) == folder
    assert card.read_text().endswith("# mine\n")


def test_the_recorded_votes_show_every_kind_of_gate() -> None:
    stored, snapshot = run_demo({})
    assert snapshot.done == snapshot.planned == 88
    assert {outcome.status for outcome in snapshot.gates} == {"pass", "fail", "undecided"}
    assert stored.dataset.card.notice is not None
