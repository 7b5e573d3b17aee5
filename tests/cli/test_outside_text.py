"""Text from outside never reaches the terminal raw, and a key that the environment holds never reaches it at all."""

import json
import re
from pathlib import Path

import pytest

from support.commands import CommandLine, Outcome
from support.hostile import HOSTILE, HOSTILE_DOCUMENT, is_hostile
from tiebreak.records import stamp, utc_now
from tiebreak_store import Store

KEY = "sk-sentinel-0123456789abcdefghij"
NAMES = [text.replace("\n", " ").replace("\r", " ") for text in HOSTILE if "\x00" not in text]


def write_lines(path: Path, rows: list[dict[str, object]]) -> Path:
    """In ASCII: lone surrogates have no other form in a file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def paired(text: str) -> str:
    """Without lone surrogates, which a case must not hold; answers may."""
    return re.sub("[\ud800-\udfff]", "", text)


def assert_clean(outcome: Outcome) -> None:
    """Nothing but plain text and line ends. Rich writes no sequence of its own where there is no terminal."""
    for place, character in enumerate(outcome.written):
        if character != "\n" and is_hostile(character):
            around = outcome.written[max(0, place - 30) : place + 30]
            raise AssertionError(f"hostile {character!a} in {around!a}")


@pytest.fixture
def hostile(tiebreak: CommandLine, small: Path) -> CommandLine:
    """A session in which everything that can be hostile is."""
    rows: list[dict[str, object]] = [
        {
            "case": f"case-{number}",
            "question": paired(f"{text} {HOSTILE_DOCUMENT}"),
            "reference": paired(text),
            "segment": paired(text),
            "answer_a": HOSTILE_DOCUMENT,
            "answer_b": text,
            "model_a": text,
            "model_b": f"{text} B",
            "vote": "B",
            "rater": f"{text} ada",
            "note": HOSTILE_DOCUMENT,
        }
        for number, text in enumerate(NAMES)
    ]
    path = write_lines(
        Path("an\x1b[31mswers.jsonl"), [{**row, "model_a": NAMES[0], "model_b": NAMES[1]} for row in rows]
    )
    outcome = tiebreak("import", path)
    assert outcome.code == 0
    assert_clean(outcome)
    return tiebreak


COMMANDS = (
    ("sessions",),
    ("sessions", "--json"),
    ("show",),
    ("show", "--json"),
    ("show", "last", "case-0"),
    ("show", "last", "case-3", "--json"),
    ("export",),
    ("doctor",),
    ("doctor", "--json"),
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_hostile_session(hostile: CommandLine, arguments: tuple[str, ...]) -> None:
    outcome = hostile(*arguments)
    assert outcome.out
    assert_clean(outcome)


def test_no_markup_is_obeyed(hostile: CommandLine) -> None:
    out = hostile("show", "last", f"case-{NAMES.index('[red]red[/red]')}").out
    assert "[red]red[/red]" in out


def test_a_cell_cannot_pass_for_a_row_of_its_own(hostile: CommandLine) -> None:
    out = hostile("sessions").out
    assert len([line for line in out.splitlines() if line.strip()]) == 5, "title, head, rule, a session, how to resume"


@pytest.mark.parametrize("text", NAMES)
def test_hostile_arguments_come_back_clean(tiebreak: CommandLine, small: Path, text: str) -> None:
    for arguments in (
        ("show", text),
        ("import", f"{text}.jsonl"),
        ("import", "x.jsonl", "-d", text),
        ("import", "x.jsonl", "--what", text),
        ("import", "x.jsonl", "-f", text),
        ("sessions", "-w", text),
        ("show", "--option-" + text.strip()),
    ):
        outcome = tiebreak(*arguments)
        assert outcome.code == 2
        assert_clean(outcome)


def test_hostile_files_come_back_clean(tiebreak: CommandLine, small: Path) -> None:
    for number, text in enumerate(NAMES):
        Path(f"datasets/bad-{number}.jsonl").write_text(json.dumps({"id": text, text: text}) + "\n")
        Path(f"configs/bad-{number}.yaml").write_text(json.dumps({"target": {"kind": text, text: 1}}))
        Path(f"policies/bad-{number}.yaml").write_text(json.dumps({"gates": {text: [{"id": text}]}}))
    outcome = tiebreak("doctor")
    assert outcome.code == 2
    assert len(re.findall("✘ problem", outcome.out)) >= 3 * len(NAMES) - 1
    assert_clean(outcome)
    rows: list[dict[str, object]] = [{"case": text, "answer_a": "x", text: text} for text in NAMES]
    outcome = tiebreak("import", write_lines(Path("answers.jsonl"), rows), "-d", "small")
    assert outcome.code == 2
    assert_clean(outcome)


def test_a_key_in_any_text_is_not_shown(tiebreak: CommandLine, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    Path("configs/slip.yaml").write_text(f"target: {{kind: model, model: x, api_key_env: {KEY}}}\n")
    Path("configs/typo.yaml").write_text(f"target: {{kind: model, {KEY}: x}}\n")
    path = write_lines(
        Path("answers.jsonl"),
        [
            {"case": "greet-1", "answer_a": f"My key is {KEY}.", "answer_b": "x", "vote": "B", "rater": f"me {KEY}"},
            {"case": KEY, "answer_a": "x", "answer_b": "y"},
        ],
    )
    outcomes = [
        tiebreak(*arguments)
        for arguments in (
            ("import", path, "-d", "small"),
            ("import", path, "-d", KEY),
            ("show",),
            ("show", "--json"),
            ("show", "last", "greet-1"),
            ("show", "last", "greet-1", "--json"),
            ("show", KEY),
            ("sessions",),
            ("doctor",),
            ("doctor", "--json"),
        )
    ]
    assert [outcome.written for outcome in outcomes if "sentinel" in outcome.written] == []
    assert "My key is [redacted]." in outcomes[4].out


def test_a_hostile_title(tiebreak: CommandLine, small: Path) -> None:
    from support.stored import new_session

    with Store.open(Path(".tiebreak/tiebreak.db")) as store:
        for number, text in enumerate(NAMES):
            new = new_session(f"s{number}", created_at=stamp(utc_now()), title=text)
            store.create_session(new).result()
    for arguments in (("sessions", "--limit", "99"), ("show", "s0"), ("show", "s1", "--json")):
        assert_clean(tiebreak(*arguments))
