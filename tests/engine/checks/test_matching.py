"""Users' patterns: what `re` finds, and an end in any case."""

import os
import re
import signal
import subprocess
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiebreak.checks import Answer, CheckUnavailable, parse_check, run_checks
from tiebreak.checks.matching import all_matches, first_match
from tiebreak.records import Case, CheckResult

ORDINARY = [
    r"\d+",
    r"\b\w+\b",
    r"(?i)order\s*#?(\d+)",
    r"^\s*[-*] ",
    r"(?m)^[A-Z].*$",
    r"é|\s|\x1c",
    r"a{e}|b{,2}|{",
    r"(?<=kb-)\d+(?!\d)",
    r"(\w)\1",
    r"[^\W\d_]+",
    r".\Z",
    r"",
]
SPIN = "(a|aa)*b$"


def judged(params: dict[str, Any], said: str) -> CheckResult:
    return run_checks(Case(id="c", input="q"), Answer(text=said).response, [parse_check(params)])[0]


@settings(deadline=None)
@given(
    st.sampled_from(ORDINARY), st.text(max_size=60) | st.sampled_from(["Order #12, kb-7", "cafe\u0301", "aa{e}\x1c"])
)
def test_it_finds_what_re_finds(pattern: str, text: str) -> None:
    found = re.search(pattern, text)
    assert first_match(pattern, text) == (found and found.group())
    if re.compile(pattern).groups <= 1:
        assert all_matches(pattern, text) == re.findall(pattern, text)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"kind": "regex", "pattern": SPIN, "expect": "absent"}, "a" * 60),
        ({"kind": "regex", "pattern": r"\s+$", "expect": "absent"}, " " * 49_000 + "x"),
        ({"kind": "forbidden", "patterns": {"p": SPIN}}, "a" * 60),
        ({"kind": "citations", "pattern": SPIN}, "a" * 60),
        ({"kind": "json_schema", "schema": {"type": "string", "pattern": SPIN}}, '"' + "a" * 60 + '"'),
        (
            {"kind": "json_schema", "schema": {"patternProperties": {SPIN: {}}, "additionalProperties": False}},
            '{"' + "a" * 60 + '": 1}',
        ),
    ],
)
def test_a_pattern_without_an_end_judges_nothing_and_the_next_one_does(params: dict[str, Any], said: str) -> None:
    found = judged(params, said)
    assert (found.status, found.value) == ("error", None)
    assert found.detail.startswith("the pattern “")
    assert "takes more than 1 s on this answer: write it so" in found.detail
    assert judged({"kind": "regex", "pattern": "a"}, "a").status == "pass"


def test_what_is_no_pattern_is_told_as_such() -> None:
    for pattern in ("(", "a{1,99999999999999999999}"):
        with pytest.raises(CheckUnavailable, match="is no pattern"):
            first_match(pattern, "a")
    assert first_match("a", "a") == "a"


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_a_helper_that_was_killed_is_not_taken_for_a_slow_pattern(
    sent: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(subprocess.Popen[bytes]):
        def __init__(self, *words: Any, **how: Any) -> None:
            super().__init__(*words, **how)
            self.send_signal(sent)

    found: list[CheckResult] = []

    def ask() -> None:
        found.append(judged({"kind": "regex", "pattern": "a"}, "a"))

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", Killed)
        asking = threading.Thread(target=ask)  # which has no helper yet
        asking.start()
        asking.join()
    assert found[0].status == "error"
    assert f"was ended by signal {sent.value}" in found[0].detail
    assert "takes more than" not in found[0].detail


def _until_told() -> None:
    while True:
        judged({"kind": "regex", "pattern": SPIN}, "a" * 60)


def test_ctrl_c_is_heard_while_a_pattern_runs() -> None:
    first_match("a", "a")
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        _until_told()
    # What the pattern would have said is not taken for the answer to what is asked next.
    assert first_match("b", "abc") == "b"


def test_each_thread_has_its_own() -> None:
    found: list[str | None] = []
    threads = [threading.Thread(target=lambda: found.append(first_match(r"\d+", "a 12"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["12"] * 4
