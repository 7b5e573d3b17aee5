"""Models and fingerprints that change in mid-session: said in `show`, in reports and beside judges, and kept through an
export and an import."""

import json
from pathlib import Path

import pytest

from support.commands import CommandLine
from support.stored import JUDGE, cases_of, judgment_of, new_session, response_of
from support.workspaces import write_lines
from tiebreak.records import ROLES, Event
from tiebreak_store import Store

CASES = 6
B_CHANGED = "B: served model changed after case 4: b-1 → b-2 (2 answers)."
A_BUILDS = "A: a answered under 2 system fingerprints: fp_0 (3 answers), fp_1 (3)."
JUDGE_CHANGED = "Judge “judge”: served model changed after case 2: j-1 → j-2 (4 judgments)."
JUDGE_BUILDS = "Judge “judge”: j-2 answered under 2 system fingerprints: j_3 (3 judgments), j_6 (1)."


def drifted(folder: Path, *, blind: bool = False) -> str:
    """A session in which B and its judge were served by two models, A under two fingerprints."""
    path = folder / ".tiebreak" / "tiebreak.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    new = new_session("s1", cases_of(CASES), blind=blind)
    with Store.open(path) as store:
        store.create_session(new).result()
        store.record_judge(JUDGE).result()
        for n in range(CASES):
            for role in ROLES:
                model = ("b-1" if n < 4 else "b-2") if role == "candidate" else "a"
                fingerprint = f"fp_{n // 3}" if role == "baseline" else None
                named = {"requested_model": "asked", "served_model": model, "system_fingerprint": fingerprint}
                store.record_answer(response_of(new, role, n, **named), None, (), ()).result()
            model = "j-1" if n < 2 else "j-2"
            said = judgment_of(new, n, served_model=model, system_fingerprint=f"j_{3 * (1 + n // 5)}")
            store.record_judgment(said).result()
    return new.session.id


def test_show_says_it_and_fingerprints_quietly(tiebreak: CommandLine, small: Path) -> None:
    drifted(small)
    shown = tiebreak("show", "s1").out.replace("\n", " ")
    assert all(told in shown for told in (B_CHANGED, A_BUILDS, JUDGE_CHANGED, JUDGE_BUILDS))
    assert "B: 2 cases held back until that is acknowledged" in shown
    values = tiebreak("show", "s1", "--json").json
    assert values["served"]["candidate"]["models"] == [{"case": 5, "before": "b-1", "now": "b-2", "answers": 2}]
    assert values["served"]["baseline"]["fingerprints"] == [{"model": "a", "fingerprints": [["fp_0", 3], ["fp_1", 3]]}]
    (judge,) = values["judges_served"]
    assert (judge["judge"], judge["served"]["models"][0]["now"]) == ("judge", "j-2")


def test_reports_say_it_before_the_figures_and_fingerprints_at_the_end(tiebreak: CommandLine, small: Path) -> None:
    drifted(small)
    assert tiebreak("gate", "s1", "-o", "r.md", "-o", "r.html", "-o", "r.json").code == 3
    told = json.loads(Path("r.json").read_text())
    assert {B_CHANGED, JUDGE_CHANGED} <= set(told["cautions"])
    assert A_BUILDS not in told["cautions"]
    assert told["served"]["candidate"]["models"][0]["before"] == "b-1"
    assert told["judges"][0]["changed"]["models"][0]["answers"] == 4
    page = Path("r.html").read_text()
    assert B_CHANGED in page.partition("<h2>Gates")[0] + page.partition("<h2>")[0]
    assert A_BUILDS in page.partition("What this rests on")[2]
    assert JUDGE_BUILDS in page.partition("What this rests on")[2]
    text = Path("r.md").read_text()
    assert "served model changed after case 4: b-1 → b-2 (2 answers)" in text.partition("###")[0]
    assert "under 2 system fingerprints: fp_0 (3 answers)" in text.partition("What this rests on")[2]


def test_a_sealed_session_names_no_side_and_no_model(tiebreak: CommandLine, small: Path) -> None:
    drifted(small, blind=True)
    for command in (("show", "s1"), ("gate", "s1")):
        out = tiebreak(*command).out
        assert "One side is served by another model" in out
        assert not any(word in out for word in ("b-1", "b-2", "fp_0", "case 4", "B:", "A:"))
    assert "b-1 → b-2" in tiebreak("show", "s1", "--reveal").out


def test_what_is_acknowledged_is_told_all_the_same(tiebreak: CommandLine, small: Path) -> None:
    drifted(small)
    detail = {"rater": "r", "role": "candidate", "served_model": "b-2", "began": "b-1"}
    with Store.open(small / ".tiebreak" / "tiebreak.db") as store:
        store.record_event(Event(id="e1", session_id="s1", kind="drift_ack", at="2026-01-01", detail=detail)).result()
    out = tiebreak("show", "s1").out.replace("\n", " ")
    assert B_CHANGED in out
    assert "held back" not in out


def test_fingerprints_come_back_with_a_session(
    tiebreak: CommandLine, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drifted(small)
    before = tiebreak("show", "s1", "--json").json
    assert tiebreak("export", "s1", "--unsealed", "--to", "../s1.jsonl").code == 0
    monkeypatch.chdir("..")
    assert tiebreak("init", "there").code == 0
    monkeypatch.chdir("there")
    assert tiebreak("import", "../s1.jsonl").code == 0
    after = tiebreak("show", "last", "--json").json
    assert (after["served"], after["judges_served"]) == (before["served"], before["judges_served"])


@pytest.mark.parametrize("form", ["judgments", "judgments-csv"])
def test_exported_judgments_tell_fingerprints(tiebreak: CommandLine, small: Path, form: str) -> None:
    drifted(small)
    assert tiebreak("export", "s1", "--unsealed", "--format", form, "--to", "said").code == 0
    text = Path("said").read_text()
    assert text.count("j_3") == 5
    assert "system_fingerprint" in text


def test_fingerprints_come_in_with_plain_rows(tiebreak: CommandLine, small: Path) -> None:
    lines = [
        {"case": case, "side": side, "text": "Hi.", "model": "m", "system_fingerprint": f"fp_{side}"}
        for case in ("greet-1", "greet-2")
        for side in "AB"
    ]
    done = tiebreak("import", str(write_lines(Path("rows.jsonl"), lines)), "--dataset", "small")
    assert done.code == 0, done.err
    with Store.open(small / ".tiebreak" / "tiebreak.db") as store:
        found = {one.system_fingerprint for one in store.iter_responses(store.session_id("last"))}
    assert found == {"fp_A", "fp_B"}
