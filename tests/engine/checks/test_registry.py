"""Adding a check is one small file."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tiebreak.checks import check_kinds, kinds, parse_check, run_checks
from tiebreak.checks.registry import forget
from tiebreak.errors import WorkspaceError
from tiebreak.records import Case, Response

FILE = '''
from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Shouts(Check):
    """The answer is in capitals."""

    kind: ClassVar[str] = "shouts"
    example: ClassVar[Example] = Example(passes="YES", fails="yes")
    marks: int = 0

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        return Verdict.of(response.text.isupper() and response.text.count("!") >= self.marks, "not loud enough")
'''


@pytest.fixture
def new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "shouts.py").write_text(FILE)
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    forget()
    yield
    sys.modules.pop(f"{kinds.__name__}.shouts", None)
    forget()


@pytest.mark.usefixtures("new_file")
def test_a_new_file_is_a_new_kind() -> None:
    assert "shouts" in check_kinds()
    spec = parse_check({"kind": "shouts", "marks": 1})
    fields: dict[str, Any] = {"run_id": "run", "case_id": "c", "case_hash": "h", "fingerprint": "f", "started_at": ""}
    loud, quiet = (Response(id="r", status="ok", text=text, **fields) for text in ("YES!", "yes"))
    case = Case(id="c", input="q")
    assert [run_checks(case, response, [spec])[0].status for response in (loud, quiet)] == ["pass", "fail"]
    with pytest.raises(WorkspaceError, match="Did you mean “shouts”"):
        parse_check({"kind": "shout"})
