"""What Setup writes on its lines and in its preview. Pure; every text from a file is cleaned here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from tiebreak.amounts import dollars
from tiebreak.sanitise import clean, clean_line

if TYPE_CHECKING:
    from tiebreak.records import Config, Gate, Policy, Target
    from tiebreak_store import SessionSummary
    from tiebreak_workbench.starting.choosing import Choosing, Remark

SHOWN_CASES = 12
PROMPT = 6000
LABELS = {
    "dataset": "Dataset",
    "baseline": "Baseline A",
    "candidate": "Candidate B",
    "policy": "Policy",
    "judge": "Judge",
    "segment": "Segment",
    "cases": "Cases",
    "seed": "Seed",
    "blind": "Mode",
}
MODES = """\
open: A stands left and B right, with their names, speed and cost; the win rate names who leads.

blind: the sides are drawn anew for every case, and nothing tells them apart. Names, speed, cost and the model's \
reasoning are hidden, both answers appear at the same pace, the tally comes every 10 settled cases and names nobody, \
and the gates stay sealed until the last case is done. O reveals the sides early; that is written down, and votes \
given after it are kept apart and count in no gate of the human phase.

Whoever knows which answer is the new one tends to like it better, so a vote that is to convince others is \
a blind one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of Setup."""

    key: str
    label: str
    value: str
    detail: str = ""
    problem: str = ""


def lines(choosing: "Choosing", remarks: "Sequence[Remark]") -> list[Line]:
    """Every choice, then the line that starts the session."""
    from tiebreak.gates.wording import plural

    choices, problems = choosing.choices, choosing.problems
    dataset, policy = choosing.dataset, choosing.policy
    pool = choosing.pool_size()
    values: dict[str, tuple[str, str]] = {
        "dataset": (choices.dataset or "–", plural(len(dataset.cases), "case") if dataset else ""),
        "baseline": (choices.baseline or "–", choosing.baseline.model_label if choosing.baseline else ""),
        "candidate": (choices.candidate or "–", choosing.candidate.model_label if choosing.candidate else ""),
        "policy": (policy.name if policy else choices.policy or "–", _gates(policy)),
        "judge": (choices.judge or "none", _judge_detail(choosing)),
        "segment": (choices.segment or "all", _segments(choosing)),
        "cases": (f"{choices.cases or pool} of {pool}", _drawn(choosing)),
        "seed": (str(choosing.seed), "fixes the random order"),
        "blind": ("blind", "which side is which stays hidden") if choices.blind else ("open", "⏎ makes it blind"),
    }
    found = [
        Line(key=key, label=LABELS[key], value=value, detail=detail, problem=problems.get(key, ""))  # type: ignore[call-overload]
        for key, (value, detail) in values.items()
    ]
    blocked = next((remark.text for remark in remarks if remark.level == "problem"), "")
    from tiebreak.gates.wording import plural

    warnings = sum(remark.level == "warning" for remark in remarks)
    told = "  ".join(
        [
            *([f"! {plural(warnings, 'warning')} in the preview."] if warnings else []),
            *(remark.text for remark in remarks if remark.level == "note"),
        ]
    )
    return [*found, Line(key="start", label="▶ Start", value="", detail=told, problem=blocked)]


def _drawn(choosing: "Choosing") -> str:
    """How the planned cases are drawn."""
    from tiebreak.errors import UsageError

    try:
        field = choosing.setup().drawn_by()
    except UsageError:  # told on its own line
        field = None
    return "planned before the first answer" + (f", in proportion by {field}" if field is not None else "")


def _segments(choosing: "Choosing") -> str:
    """What choosing a segment means: which cases are left, or which segments there are to choose from."""
    names, dataset = choosing.segments, choosing.dataset
    if dataset is None:
        return ""
    if choosing.choices.segment is not None:
        return f"only its cases, {choosing.pool_size()} of {len(dataset.cases)}"
    return f"cases of {', '.join(names)}" if names else "the dataset has no segments"


def _gates(policy: "Policy | None") -> str:
    if policy is None:
        return ""
    count = sum(len(gates) for gates in policy.gates.values())
    return f"{count} gate{'' if count == 1 else 's'}"


def _judge_detail(choosing: "Choosing") -> str:
    judge = choosing.judge
    return "⏎ lets one go along, sealed" if judge is None else f"{judge.kind} · {judge.model_label}"


def line_content(line: Line, width: int) -> Content:
    """One line in at most `width` cells; a problem stands in place of the detail."""
    label = Content.styled(f"{line.label:<13}", "bold" if line.key == "start" else "dim")
    value = clean_line(line.value, max(8, width - 14))
    room = width - 14 - len(value)
    rest = clean_line(f"✘ {line.problem}" if line.problem else line.detail, room) if room > 4 else ""
    return Content.assemble(
        label, (f"{value} " if value else "", "bold"), (rest, "$text-error" if line.problem else "dim")
    )


def session_content(session: "SessionSummary", width: int) -> Content:
    done = f"{session.voted}/{session.planned}"
    when = datetime.fromisoformat(session.last_activity).astimezone().strftime("%Y-%m-%d %H:%M")
    title = clean_line(session.title or session.dataset, max(8, width - len(done) - len(when) - 5))
    return Content.assemble((f"{done:>7} ", "bold"), f"{title}  ", (when, "dim"))


def preview(choosing: "Choosing", key: str) -> Content:
    """What is known of the chosen line."""
    match key:
        case "dataset" | "segment" | "cases" | "seed":
            return _dataset(choosing)
        case "baseline" | "candidate":
            config = choosing.baseline if key == "baseline" else choosing.candidate
            return _config(config) if config else _problem(choosing, key)
        case "blind":
            return Content(MODES)
        case "judge":
            return judge_text(choosing)
        case "policy":
            return policy_text(choosing.policy) if choosing.policy else _problem(choosing, key)
        case _:
            return start_text(choosing)


def _problem(choosing: "Choosing", key: str) -> Content:
    text = next((text for field, text in choosing.problems.items() if field == key), "Nothing is chosen.")
    return Content.styled(clean(text), "$text-error")


def _dataset(choosing: "Choosing") -> Content:
    dataset = choosing.dataset
    if dataset is None:
        return _problem(choosing, "dataset")
    card = dataset.card
    parts = [Content.styled(clean(card.title or card.name), "bold")]
    parts += [Content(clean(text)) for text in (card.description,) if text]
    parts += [Content.styled(clean(text), "$text-warning") for text in (card.notice,) if text]
    counts: dict[str, int] = {}
    for case in dataset.cases:
        counts[case.segment or "no segment"] = counts.get(case.segment or "no segment", 0) + 1
    parts.append(Content.styled("  ".join(f"{clean_line(name, 24)} {n}" for name, n in counts.items()), "dim"))
    parts.append(Content.styled(f"version {dataset.version[:12]}", "dim"))
    parts.append(Content(""))
    for case in dataset.cases[:SHOWN_CASES]:
        parts.append(Content.assemble((f"{clean_line(case.id, 16):<12} ", "$primary"), clean_line(case.question, 100)))
    if len(dataset.cases) > SHOWN_CASES:
        parts.append(Content.styled(f"… and {len(dataset.cases) - SHOWN_CASES} more", "dim"))
    return Content("\n").join(parts)


def _config(config: "Config") -> Content:
    target = config.target
    place = _place(target)
    parts = [
        Content.styled(clean(config.name), "bold"),
        Content(clean(config.description or "")),
        Content.assemble((f"{target.kind}  ", "dim"), clean(config.model_label), f"  {clean(place)}"),
    ]
    if config.parameters:
        given = "  ".join(f"{name} {value}" for name, value in config.parameters.items())
        parts.append(Content.styled(clean_line(given, 200), "dim"))
    parts.append(Content.styled(f"version {config.version[:12]}", "dim"))
    texts = [("system", config.prompt.system), ("user", config.prompt.user)]
    texts += [(message.role, message.content) for message in config.prompt.messages]
    for role, text in texts:
        if text:
            parts += [Content(""), Content.styled(role, "bold $primary"), Content(clean(text[:PROMPT]).rstrip())]
    return Content("\n").join(parts)


def _place(target: "Target") -> str:
    """Where answers come from, beside the label."""
    from tiebreak.records import ModelTarget, RecordingTarget  # the first frame has none, and does not wait for them

    match target:
        case ModelTarget(base_url=url):
            return url or ""
        case RecordingTarget(path=path):
            return path
        case _:
            return ""


NO_JUDGE = """\
A judge is a model that scores the same answers while you rate, at its own pace. What it says of a case stays sealed \
until you have rated that case; v opens it then. Its verdicts enter no win rate, and no gate but those that \
name it; what it costs is told apart."""


def judge_text(choosing: "Choosing") -> Content:
    """Kind, model, what it is worth, how often it will be asked, and for about how much."""
    judge = choosing.judge
    if judge is None:
        return _problem(choosing, "judge") if "judge" in choosing.problems else Content(NO_JUDGE)
    told = (remark.text.rstrip(".") for remark in choosing.told)
    asked = [text.partition(": ")[2] for text in told if text.startswith(f"{judge.name}: ")]
    budget = min((b for b in (judge.budget, choosing.choices.judge_cost) if b is not None), default=None)
    parts = [
        Content.styled(clean(judge.name), "bold"),
        Content(clean(judge.description or "")),
        Content.assemble(("kind    ", "dim"), judge.kind),
        Content.assemble(("model   ", "dim"), clean_line(judge.model_label, 80)),
        Content.assemble(("status  ", "dim"), (choosing.judge_status, "$text-warning")),
        *(Content.assemble(("asked   ", "dim"), clean_line(text, 120)) for text in asked),
        *([Content.assemble(("budget  ", "dim"), dollars(budget))] if budget is not None else []),
        Content.styled(f"version {judge.version[:12]}", "dim"),
    ]
    parts += [
        Content.assemble((f"{clean_line(d.name, 20)}  ", "$primary"), clean(d.description)) for d in judge.dimensions
    ]
    for name, text in (("criteria", judge.criteria), ("system", judge.prompt.system), ("user", judge.prompt.user)):
        if text:
            parts += [Content(""), Content.styled(name, "bold $primary"), Content(clean(text[:PROMPT]).rstrip())]
    return Content("\n").join(parts)


def policy_text(policy: "Policy") -> Content:
    from tiebreak.gates import title_of

    parts = [Content.styled(clean(policy.name), "bold"), Content(clean(policy.description or "")), Content("")]
    parts.append(Content.assemble(("asks for  ", "dim"), f"vote {policy.form.vote}"))
    parts += [Content(clean_line(f"          {d.name}: {d.question}", 120)) for d in policy.form.dimensions]
    parts += [
        Content.assemble(("check     ", "dim"), clean_line(f"{check.id} ({check.kind})", 80)) for check in policy.checks
    ]
    for phase, gates in policy.gates.items():
        parts += [Content(""), Content.styled(phase, "bold $primary")]
        for gate in gates:
            where = f" in {gate.segment}" if gate.segment else " in each segment" if gate.each_segment else ""
            parts.append(Content.assemble(clean_line(f"{title_of(gate)}{where}", 90), (f"  {_criterion(gate)}", "dim")))
    return Content("\n").join(parts)


def _criterion(gate: "Gate") -> str:
    """What a gate asks in figures, where its title does not say so, and what its claim is about."""
    from tiebreak.gates import title_of

    asked = f"{title_of(replace(gate, title=None))} · " if gate.title else ""
    return clean_line(f"{asked}{gate.scope}", 80)


def start_text(choosing: "Choosing") -> Content:
    """What to know before starting."""
    looks = {"problem": ("✘ ", "$text-error"), "warning": ("! ", "$text-warning"), "note": ("· ", "dim")}
    parts = [Content.styled("Before you start", "bold"), Content("")]
    for remark in choosing.told:
        mark, style = looks[remark.level]
        parts.append(Content.styled(mark + clean(remark.text), style))
    parts += [
        Content(""),
        Content("Cases come in a random order that the seed fixes."),
        Content("Policy, plan and seed are set down before the first answer."),
        Content("Every vote is saved at once; leave at any time and resume."),
    ]
    if choosing.policy is not None:
        parts += [Content(""), Content.styled("The policy", "bold"), Content(""), policy_text(choosing.policy)]
    return Content("\n").join(parts)
