"""What asking again, bisecting and shrinking have to show, as rows and styled text. All names and texts are outside
text."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tiebreak.gates.wording import plural
from tiebreak.prompts import written_prompt
from tiebreak.records import Case, Config
from tiebreak.sanitise import clean_line
from tiebreak.worddiff import merge_words
from tiebreak_tui.widgets.styled_view import Piece, diff_pieces
from tiebreak_tui.widgets.virtual_list import ListRow

if TYPE_CHECKING:
    from tiebreak.triage.hunks import Hunk
    from tiebreak_tui.dialogs.pager import Titled
    from tiebreak_workbench.trials.bisecting import Bisection, BisectStep
    from tiebreak_workbench.trials.findings import Finding, Findings
    from tiebreak_workbench.trials.rerunning import AgainVerdict, CaseAgain, Rerun

GLYPHS: "Mapping[AgainVerdict, tuple[str, str]]" = {
    "fixed": ("✔", "$text-success"),
    "still_failing": ("✘", "$text-error"),
    "flaky": ("≈", "$text-warning"),
    "now_failing": ("✘", "$text-error"),
    "still_passing": ("·", "dim"),
    "passing": ("✔", "$text-success"),
    "failing": ("✘", "$text-error"),
    "not_answered": ("–", "$text-warning"),
}
BRIEFLY: "Mapping[AgainVerdict, str]" = {
    "fixed": "fixed",
    "still_failing": "fails",
    "flaky": "flaky",
    "now_failing": "fails",
    "still_passing": "passes",
    "passing": "passes",
    "failing": "fails",
    "not_answered": "none",
}


def again_row(case_id: str, case: "CaseAgain | None") -> ListRow:
    """A case that is being asked again."""
    from tiebreak_workbench.trials.rerunning import AGAIN

    if case is None:
        return ListRow(f"… {case_id}")
    glyph, _ = GLYPHS[case.verdict]
    by = f"fails {', '.join(case.failing)}" if case.failing else ""
    passes = f"{case.passes} of {case.of} pass" if case.of else ""
    return ListRow(f"{glyph} {case_id}", f"{AGAIN[case.verdict]}  {by}", hint=passes)


def answers_parts(case: "CaseAgain") -> "list[Titled]":
    """Each answer that came of asking a case again, under what the checks say of it."""
    parts: list[Titled] = []
    for trial in sorted(case.trials, key=lambda trial: trial.sample):
        response = trial.response
        failing = [check for check in trial.results if check.status == "fail"]
        said = "; ".join(f"✘ {check.check_id}: {check.detail or 'fails'}" for check in failing)
        verdict = {True: "fails", False: "passes", None: "could not be judged"}[trial.failed]
        told: list[Piece] = [(f"{said}\n\n", "$text-error")] if said else []
        text = response.text if response is not None else ""
        error = response.error.message if response is not None and response.error is not None else ""
        none = "No answer to it is there." if response is None else "The answer is empty."
        told.append((text, "") if text else (error or none, "$text-warning"))
        parts.append((f"Answer {trial.sample + 1} {verdict}", told))
    return parts


def again_briefly(case: "CaseAgain") -> tuple[str, str]:
    """`flaky 2/5`, and its style."""
    return f"{BRIEFLY[case.verdict]} {case.passes}/{case.of}", GLYPHS[case.verdict][1]


def prompt_change(before: Config, after: Config) -> str:
    """How much of a prompt was edited."""
    runs = merge_words(written_prompt(before.prompt), written_prompt(after.prompt))
    counts = [sum(len(run.text.split()) for run in runs if run.change == change) for change in ("added", "removed")]
    return f"edited: {plural(counts[0], 'word')} more, {counts[1]} fewer"


def hunk_pieces(
    hunks: "Sequence[Hunk]", suspected: Collection[int] | None = None, trying: Collection[int] | None = None
) -> list[Piece]:
    """Changes as a diff. While they are searched, those that are cleared are dim, and `trying` are in the prompt."""
    pieces: list[Piece] = []
    for number, hunk in enumerate(hunks):
        cleared = suspected is not None and number not in suspected
        mark = "" if suspected is None else "○ " if cleared else "● "
        now = "  ◂ in this prompt" if trying is not None and number in trying else ""
        style = "dim" if cleared else "$text-accent"
        pieces.append((f"{mark}@@ {hunk.place}, line {hunk.line}{now}\n", style))
        if cleared:
            continue
        for sign, text, own in (("-", hunk.old, "$text-error"), ("+", hunk.new, "$text-success")):
            pieces += [(f"{sign} {line}\n", own) for line in text.splitlines()]
    return pieces


def step_pieces(step: "BisectStep") -> list[Piece]:
    return hunk_pieces(step.hunks, step.suspected, step.trying)


def bisection_pieces(found: "Bisection", times: int) -> list[Piece]:
    """Which change it is, as a diff, and the evidence."""
    from tiebreak_workbench.trials.words import bisect_evidence, bisect_verdict

    pieces: list[Piece] = [(f"{bisect_verdict(found)}\n\n", "bold")]
    if found.found:
        pieces += [*hunk_pieces(found.found), ("\n", "")]
    return [*pieces, *((f"{line}\n", "") for line in bisect_evidence(found, times))]


def finding_title(finding: "Finding") -> str:
    """What was done, and when."""
    from tiebreak_workbench.trials.findings import Bisected

    when = f"{finding.at[:16].replace('T', ' ')} UTC"
    if isinstance(finding, Bisected):
        also = f", {plural(len(finding.cases), 'case')} together" if len(finding.cases) > 1 else ""
        return f"Bisected on {when}{also}"
    return f"Asked again on {when}"


def findings_parts(findings: "Findings") -> "list[Titled]":
    """All that was found of a case, the newest first."""
    from tiebreak_workbench.trials.words import unread_words

    parts: list[Titled] = [(finding_title(one), finding_pieces(one)) for one in reversed(findings.found)]
    return [*parts, ("Not read", [(unread_words(findings.unread), "$text-muted")])] if findings.unread else parts


def finding_pieces(finding: "Finding") -> list[Piece]:
    from tiebreak_workbench.trials.findings import Bisected
    from tiebreak_workbench.trials.words import finding_head

    if isinstance(finding, Bisected):
        return bisection_pieces(finding.found, finding.times)
    return [(finding_head(finding), "")]


def found_line(findings: "Sequence[Finding]", width: int) -> Content:
    """The newest of each kind in a line, the newer one first; nothing where nothing was found."""
    newest = {type(one): _finding_briefly(one) for one in findings}
    order = dict.fromkeys(type(one) for one in reversed(findings))
    words = " · ".join(newest[kind] for kind in order)
    return Content.styled(clean_line(words, width), "$text-accent") if words else Content("")


def _finding_briefly(finding: "Finding") -> str:
    from tiebreak_workbench.trials.findings import Bisected
    from tiebreak_workbench.trials.rerunning import AGAIN

    if not isinstance(finding, Bisected):
        return f"asked again: {AGAIN[finding.verdict]}, {finding.passes} of {finding.of} pass"
    found = finding.found
    if not found.found:
        return "bisected: not reproduced" if found.ending == "not_reproduced" else "bisected: not finished"
    first, *more = found.found
    also = f" and {len(more)} more" if more else ""
    return f"bisected: {first.place}, line {first.line}{also} (⏎ shows it)"


def rerun_remark(done: "Rerun | None", *, written: bool) -> tuple[str, ...]:
    """What the last asking again came to, and the key that writes it down, unless it is `written`."""
    if done is None:
        return ()
    from tiebreak_workbench.trials.rerunning import MARKS
    from tiebreak_workbench.trials.words import rerun_counts

    key = ", a writes it down" if not written and any(done.of(verdict) for verdict in MARKS) else ""
    return (f"asked again: {rerun_counts(done)}{key}",)


def shrunk_pieces(before: Case, after: Case) -> list[Piece]:
    """The case with what was left out of it marked."""
    return diff_pieces(merge_words(_asked(before), _asked(after)))


def case_pieces(case: Case) -> list[Piece]:
    """The case as it is, without a comparison."""
    return [(_asked(case), "")]


def _asked(case: Case) -> str:
    """Everything that shrinking may leave something out of."""
    messages = (f"{message.role}: {message.content}" for message in case.messages)
    passages = (f"[{context.id}] {context.text}" for context in case.contexts)
    return "\n\n".join((*messages, *passages))
