"""`tiebreak gate` through the real command line: verdicts, exit codes, reports, records."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support.commands import CommandLine
from support.workspaces import ANSWERS_B, POLICY, QUESTIONS, make_workspace, recording, write_lines
from tiebreak.records import Ballot, Presentation
from tiebreak_store import Store
from tiebreak_workbench.figures.scoring import scoreboard_of

RUN = ("run", "-d", "small", "-a", "plain", "-b", "warm", "-p", "ship", "--json")
OFFLINE = "gates:\n  offline:\n    - {id: short, metric: check, check: max_length, at_least: 0.9}\n"
CHECKED = "checks:\n  - {kind: max_length, chars: 200}\n"
STRICT = """\
checks:
  - {id: tiny, kind: max_length, chars: 3}
gates:
  offline:
    - {id: tiny, metric: check, check: tiny, at_least: 0.9}
"""
NO_WORSE = """\
checks:
  - {kind: max_length, chars: 200}
gates:
  offline:
    - {id: no-worse, regression: {measure: success, margin: 0.1}}
"""


@pytest.fixture
def ran(tiebreak: CommandLine, small: Path) -> str:
    return tiebreak(*RUN).json["session"]


def stored(folder: Path = Path()) -> Store:
    return Store.open(folder / ".tiebreak" / "tiebreak.db")


def vote(session: str, votes: str, folder: Path = Path()) -> None:
    """Votes and scores of 5 for the cases in their order."""
    with stored(folder) as store:
        found = store.load_session(session, light=True)
        answers = {(r.case_id, r.run_id): r.id for r in found.responses}
        store.record_rater(found.rater)
        for position, (case_id, letter) in enumerate(zip(found.session.plan.case_ids, votes, strict=False)):
            left, right = (answers[case_id, found.session.runs[role]] for role in ("baseline", "candidate"))
            shown = Presentation(
                id=f"p{position}",
                session_id=session,
                position=position,
                case_id=case_id,
                rater_id=found.rater.id,
                left_response=left,
                right_response=right,
            )
            store.record_presentation(shown).result()
            store.record_ballot(Ballot(id=f"b{position}", presentation_id=shown.id, kind="vote", value=letter)).result()


# -- exit codes


def test_pending_while_people_have_not_voted_and_passed_up_to_the_offline_phase(
    tiebreak: CommandLine, ran: str
) -> None:
    outcome = tiebreak("gate")
    assert outcome.code == 3
    assert "… pending: not decided yet" in outcome.out
    outcome = tiebreak("gate", "--phase", "offline")
    assert outcome.code == 0
    assert "every gate passed up to the offline phase" in outcome.out


@pytest.mark.parametrize(("votes", "code"), [("BBBBBB", 0), ("AAAAAA", 1), ("BB", 3)])
def test_show_the_snapshot_and_the_gate_agree(tiebreak: CommandLine, ran: str, votes: str, code: int) -> None:
    vote(ran, votes)
    with stored() as store:
        snapshot = scoreboard_of(store.load_session(ran, light=True)).snapshot()
    shown, gated = tiebreak("show", ran, "--json"), tiebreak("gate", ran, "--json")
    assert (shown.code, gated.code) == (code, code)
    assert snapshot.decision == shown.json["decision"] == gated.json["verdict"]
    alike = ("gate", "status", "value", "bound", "n", "planned", "needed")
    assert [[g[name] for name in alike] for g in shown.json["gates"]] == [
        [g[name] for name in alike] for g in gated.json["gates"]
    ]
    assert [(g.key, g.status, g.bound) for g in snapshot.gates] == [
        (g["gate"], g["status"], g["bound"]) for g in gated.json["gates"]
    ]


def test_too_many_missing_answers_are_infrastructure_but_a_failure_stays_one(
    tiebreak: CommandLine, tmp_path: Path
) -> None:
    folder = make_workspace(tmp_path / "cut", policy=POLICY)
    lines = recording(ANSWERS_B)
    for line in lines[1:3]:
        line["finish"] = None  # the stream was cut
    write_lines(folder / "recordings" / "warm.jsonl", lines)
    assert tiebreak(*RUN, "-w", folder).code == 4
    outcome = tiebreak("gate", "last", "-w", folder, "--phase", "offline", "-o", folder / "gates.xml")
    assert outcome.code == 4
    assert "2 of 6 cases have no answer for no fault of a config" in outcome.out
    error = ElementTree.parse(folder / "gates.xml").find("testsuite/testcase/error")
    assert error is not None
    assert error.get("type") == "infrastructure"
    (folder / "policies" / "strict.yaml").write_text(OFFLINE.replace("at_least: 0.9", "at_most: 0.1") + CHECKED)
    assert tiebreak("gate", "last", "-w", folder, "-p", "strict").code == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("gate", "nothing"), "There is no session “nothing”"),
        (("gate", "--phase", "offlin"), "There is no phase “offlin”"),
        (("gate", "-p", "nothing"), "There is no policy “nothing”"),
        (("gate", "-a", "nothing"), "There is no run “nothing”"),
        (("gate", "-o", "report.pdf"), "What report is “report.pdf”?"),
        (("gate", "-o", "pdf=report"), "There is no report “pdf”"),
        (("gate", "-o", "a.md", "-o", "html=a.md"), "a.md is asked for twice"),
        (("gate", "-o", "md=configs"), "configs is a folder"),
        (("gate", "--allow", "everything"), "“everything” cannot be allowed to differ"),
        (("gate", "-o", "configs/a.yaml/x.md"), "cannot be written"),
    ],
)
def test_what_needs_a_correction(tiebreak: CommandLine, ran: str, words: tuple[str, ...], says: str) -> None:
    Path("configs/a.yaml").write_text("target: {kind: model, model: m}\n")
    outcome = tiebreak(*words)
    assert outcome.code == 2
    assert says in outcome.err


def test_nothing_is_gated_where_nothing_was_recorded(tiebreak: CommandLine, small: Path) -> None:
    assert tiebreak("gate").code == 2
    assert not (small / ".tiebreak").exists()


# -- reports


def test_every_report_is_written_whatever_the_verdict(tiebreak: CommandLine, ran: str) -> None:
    names = ("out/gate.md", "out/gate.html", "out/gate.xml", "out/gate.json", "out/gate.jsonl")
    options = [word for name in names for word in ("-o", name)]
    outcome = tiebreak("gate", *options)
    assert outcome.code == 3
    assert all(f"Written: {name}" in outcome.out for name in names)
    assert Path("out/gate.md").read_text().startswith("## Tiebreak: … pending")
    assert Path("out/gate.html").read_text().startswith("<!doctype html>")
    assert json.loads(Path("out/gate.json").read_text())["session"] == ran
    assert ElementTree.parse("out/gate.xml").getroot().get("errors") == "1"
    assert len(Path("out/gate.jsonl").read_text().splitlines()) >= 2
    assert sorted(Path("out").iterdir()) == sorted(map(Path, names)), "nothing half written is left"
    before = Path("out/gate.md").stat().st_ino
    vote(ran, "BBBBBB")
    assert tiebreak("gate", *options).code == 0
    assert Path("out/gate.md").stat().st_ino != before, "replaced in one step"


def test_a_key_is_in_no_report(tiebreak: CommandLine, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-sentinel-0123456789abcdefghij"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    Path("configs/warm.yaml").write_text(
        f"target: {{kind: recording, path: ../recordings/warm.jsonl, speed: 0}}\nprompt: {{system: The key is {key}}}\n"
    )
    tiebreak(*RUN)
    endings = ("md", "html", "junit", "json", "events")
    tiebreak("gate", *(word for name in endings for word in ("-o", f"{name}=report.{name}")))
    texts = [Path(f"report.{name}").read_text() for name in endings]
    assert not [text for text in texts if "sentinel" in text]
    assert "[redacted]" in texts[0]


# -- records


def outcomes(session: str) -> list[tuple[str, str, str]]:
    with stored() as store:
        return [(o.gate, o.status, o.rows_digest) for o in store.gate_outcomes(session)]


def test_the_same_outcome_is_kept_once_and_a_new_one_beside_it(tiebreak: CommandLine, ran: str) -> None:
    tiebreak("gate")
    first = outcomes(ran)
    assert [(gate, status) for gate, status, _ in first] == [("short", "pass"), ("preferred", "pending")]
    tiebreak("gate", "-o", "x.md")
    tiebreak("gate", "--phase", "offline")
    tiebreak("show")
    assert outcomes(ran) == first
    vote(ran, "BB")
    tiebreak("gate")
    then = outcomes(ran)
    assert then[:2] == first
    assert [(gate, status) for gate, status, _ in then[2:]] == [("short", "pass"), ("preferred", "pending")]
    assert len({digest for _, _, digest in then}) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for _, _, digest in then)


def test_a_look_before_the_planned_number_is_a_peek(tiebreak: CommandLine, ran: str) -> None:
    vote(ran, "BB")
    for _ in range(2):
        tiebreak("gate")
    with stored() as store:
        peeks = [e.detail for e in store.load_session(ran).events if e.kind == "peek"]
    assert [(peek["at"], peek["settled"]) for peek in peeks] == [("gate", 2)]
    assert "Figures were looked at once" in tiebreak("gate").out


# -- other gates, other baselines


def test_checks_that_were_never_put_are_named_and_leave_their_gates_pending(tiebreak: CommandLine, ran: str) -> None:
    Path("policies/strict.yaml").write_text(STRICT)
    outcome = tiebreak("gate", "-p", "strict")
    assert outcome.code == 3
    assert "1 check not yet put to these answers: tiny" in outcome.out
    assert "These gates are not the ones that were set down" in outcome.out


def test_other_gates_on_stored_answers(tiebreak: CommandLine, ran: str) -> None:
    Path("policies/offline.yaml").write_text(CHECKED + OFFLINE)
    told = tiebreak("gate", "-p", "offline", "--json")
    assert told.code == 0
    assert [gate["gate"] for gate in told.json["gates"]] == ["short"]
    assert told.json["policy"]["pinned"] is False
    Path("policies/wrong.yaml").write_text(OFFLINE.replace("check: max_length", "check: nothing"))
    outcome = tiebreak("gate", "-p", "wrong")
    assert outcome.code == 2
    assert re.search(r"wrong\.yaml:\d+: .*there is no check “nothing”", outcome.err, re.DOTALL)


def test_a_regression_against_a_named_baseline(tiebreak: CommandLine, tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "prod", policy=NO_WORSE, a=dict.fromkeys(QUESTIONS, "x" * 300))
    assert tiebreak(*RUN, "-w", folder).code == 0, "better than a bad A"
    tiebreak("baseline", "set", "prod", "last:B", "-w", folder)
    write_lines(folder / "recordings" / "warm.jsonl", recording(dict.fromkeys(QUESTIONS, "y" * 300)))
    assert tiebreak(*RUN, "-w", folder).code == 0, "no worse than a bad A"
    plain = tiebreak("gate", "last", "-w", folder, "--json")
    against = tiebreak("gate", "last", "-w", folder, "--json", "--baseline", "prod")
    assert (plain.code, against.code) == (0, 1)
    assert (plain.json["gates"][0]["value"], against.json["gates"][0]["value"]) == (0.0, -1.0)
    assert against.json["baseline"] == "prod"
    assert against.json["rows_digest"] != plain.json["rows_digest"]
    regressed = [m["name"] for m in against.json["comparison"]["measures"] if m["verdict"] == "worse"]
    assert "success" in regressed
    assert (against.json["tried"], plain.json["tried"]) == ({"number": 2, "of": 2},) * 2
    assert "Version 2 of 2 tried on this dataset" in tiebreak("gate", "last", "-w", folder).out


def test_another_dataset_is_refused_unless_allowed(tiebreak: CommandLine, ran: str) -> None:
    tiebreak("baseline", "set", "before", "last:A")
    path = Path("datasets/small/cases.jsonl")
    path.write_text(path.read_text().replace("Say hello to Ada.", "Say hello to Ada, please."))
    tiebreak(*RUN)
    outcome = tiebreak("gate", "last", "-a", "before", "-o", "x.md")
    assert outcome.code == 2
    assert "other versions of the dataset" in outcome.err
    assert not Path("x.md").exists()
    with stored() as store:
        assert store.gate_outcomes(store.session_id("last")) == [], "what is refused leaves no trace"
    outcome = tiebreak("gate", "last", "-a", "before", "--allow", "dataset", "-o", "x.md", "--phase", "offline")
    assert outcome.code == 0
    assert "Compared all the same" in Path("x.md").read_text()


def test_a_session_whose_sides_cannot_be_compared_is_gated_all_the_same(tiebreak: CommandLine, small: Path) -> None:
    for name, words in (("plain", ""), ("warm", "prompt: {system: Be warm}\nparameters: {temperature: 0.7}\n")):
        Path(f"configs/{name}.yaml").write_text(
            f"target: {{kind: recording, path: ../recordings/{name}.jsonl, speed: 0}}\n{words}"
        )
    tiebreak(*RUN)
    outcome = tiebreak("gate", "--phase", "offline", "-o", "x.md")
    assert outcome.code == 0
    assert "Not compared case by case: The two runs cannot be compared: other parameters" in outcome.out
    assert "No comparison case by case" in Path("x.md").read_text()
    tiebreak("gate", "--phase", "offline", "-o", "x.md", "--allow", "parameters")
    assert "+Be warm" in Path("x.md").read_text()
