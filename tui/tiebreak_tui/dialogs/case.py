"""`c`: the case whole, and what the checks say of both answers."""

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tiebreak.records import Case, CheckResult, SessionRole
from tiebreak.records.policies import SIDES
from tiebreak.sanitise import clean
from tiebreak_tui.dialogs.dialog import Dialog

SHOWN = 20_000
"""Characters shown of one text; a case may hold a book."""
MARKS = {
    "pass": ("✔ pass", "$success"),
    "fail": ("✘ fail", "$error"),
    "error": ("! error", "$warning"),
    "not_applicable": ("– n/a", "dim"),
}


def case_as_text(case: Case) -> str:
    """All of a case but its checks, to be read in an editor."""
    parts = [f"# {case.id}"]
    parts += [f"## {message.role}\n\n{message.content}" for message in case.messages]
    parts += [f"## passage {context.id} {context.title or ''}\n\n{context.text}" for context in case.contexts]
    if case.reference is not None:
        parts.append(f"## reference\n\n{case.reference}")
    parts += [f"## {name}\n\n{value}" for name, value in case.metadata.items()]
    return "\n\n".join(parts) + "\n"


class CaseDialog(Dialog[None]):
    """Messages, passages, reference, expectation, metadata, checks."""

    DEFAULT_CSS = """
    CaseDialog > .dialog { width: 94%; max-width: 140; }
    CaseDialog VerticalScroll { height: auto; max-height: 100%; }
    CaseDialog Static { height: auto; }
    """
    hint = "↑ ↓ scroll · esc closes"

    def __init__(
        self, case: Case, results: Mapping[SessionRole, Sequence[CheckResult]], *, sealed: bool = False
    ) -> None:
        """`sealed` keeps back what the checks say, as in a blind session."""
        super().__init__()
        self._sealed = sealed
        self.heading = f"Case {case.id}"
        self._case = case
        self._results = results

    def body(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(Content("\n").join(self._parts()), markup=False)

    def _parts(self) -> list[Content]:
        case = self._case
        facts = [case.kind, case.segment or "no segment", *(f"#{tag}" for tag in case.tags)]
        facts.append("should be answered" if case.expect == "answer" else "should be refused")
        parts = [Content.styled(clean(" · ".join(facts)), "dim")]
        for message in case.messages:
            parts += self._section(message.role, message.content)
        for context in case.contexts:
            title = f"{context.id} {context.title}" if context.title else context.id
            parts += self._section(f"passage {title}", context.text)
        if case.reference is not None:
            parts += self._section("reference", case.reference)
        for name, value in case.metadata.items():
            parts += self._section(name, str(value))
        parts += self._checks()
        return parts

    @staticmethod
    def _section(title: str, text: str) -> list[Content]:
        shown = clean(text[:SHOWN]) + (f"\n… {len(text) - SHOWN:,} more characters" if len(text) > SHOWN else "")
        return [Content(""), Content.styled(clean(title), "bold $primary"), Content(shown)]

    def _checks(self) -> list[Content]:
        ids = list(dict.fromkeys(result.check_id for results in self._results.values() for result in results))
        if not ids:
            return []
        parts = [Content(""), Content.styled("checks", "bold $primary")]
        if self._sealed:
            return [*parts, Content.styled("What they say stays sealed until the last case is done.", "dim")]
        for check_id in ids:
            for role, results in self._results.items():
                for result in results:
                    if result.check_id == check_id:
                        mark, colour = MARKS[result.status]
                        parts.append(
                            Content.assemble(
                                (f"{SIDES[role]} ", f"bold $side-{SIDES[role].lower()}"),
                                (f"{mark:<8}", colour),
                                f"{clean(check_id)}  ",
                                (clean(result.detail), "dim"),
                            )
                        )
        return parts
