"""What was found of cases comes back as it was; what another version kept is counted, and in nobody's way."""

from pathlib import Path

from support.live import open_bench
from support.workspaces import make_workspace
from tiebreak.records import canonical_json
from tiebreak_store.trials import FILE, KeptFinding, TrialFile
from tiebreak_workbench.trials.findings import AskedAgain, Findings, findings_of

FOUND = AskedAgain(
    at="2026-01-01T00:00:00Z",
    config="odd \ud83d \U0010ffff name",
    version="v",
    same=True,
    verdict="flaky",
    passes=1,
    of=2,
    failing=("check \udc80",),
)


def test_findings_come_back_and_those_of_another_form_are_counted(tmp_path: Path) -> None:
    with open_bench(make_workspace(tmp_path / "ws")) as bench:
        assert findings_of(bench.store, "a", "b", "c") == Findings()
        file = TrialFile.open(bench.store.path.with_name(FILE))
        forms = [
            KeptFinding("rerun", "c", canonical_json(FOUND)),
            KeptFinding("bisect", "c", '{"at":"2026-01-01T00:00:00Z","cases":["c"]}'),
            KeptFinding("shaken", "c", "{}"),
        ]
        file.keep_findings(("a", "b"), forms)
        file.close()
        assert findings_of(bench.store, "a", "b", "c") == Findings((FOUND,), 2)
