"""What can be known to be wrong with a choice before a session starts, with file, line, field and the way out.

Setup, `tiebreak run`, spot checks and the doctor ask here. All of it reads files or renders prompts: not for the event
loop.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from tiebreak.calibration.floating import floating
from tiebreak.calibration.models import family_of
from tiebreak.checks import all_checks
from tiebreak.datasets.reading import read_document
from tiebreak.errors import InputError, PromptError, TiebreakError, UsageError, WorkspaceError
from tiebreak.gates import Finding, validate_policy
from tiebreak.gates.wording import plural
from tiebreak.prompts import Unrendered, leaves_question_out, unrendered
from tiebreak.records import Case, Config, ModelTarget, SessionRole, Target
from tiebreak.records.judges import Judge
from tiebreak.records.policies import SIDES
from tiebreak.session.outside import require_trust
from tiebreak.targets.base import AnswerTarget
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import open_target
from tiebreak.targets.parameters import passed_on
from tiebreak.workspace import Workspace
from tiebreak.workspace.configs import CONFIGS, prompt_place
from tiebreak.workspace.trust import Trust
from tiebreak_workbench.starting.setup import Setup

PREFERS = "a judge tends to prefer its own."
DEFAULT = "Give those cases what they lack, or write `| default('')` behind the name."


def known_judges(workspace: Workspace) -> frozenset[str]:
    """The names that a gate may give: of the judges of the workspace, and of those that come with Tiebreak."""
    from tiebreak.workspace.judges import shipped_judges

    return frozenset((*(entry.name for entry in workspace.judges), *shipped_judges()))


def gate_findings(setup: Setup, judges: Collection[str] | None = None) -> tuple[list[TiebreakError], list[str]]:
    """What keeps gates of the policy from being decided for the planned cases, and what is worth knowing of the others.
    `judges` are the names of those that there are.

    Raises:
        UsageError: for a plan that cannot be made.
    """
    findings = validate_policy(setup.policy, setup.dataset, setup.plan().case_ids, judges=judges)
    errors = [finding for finding in findings if finding.level == "error"]
    warnings = [finding.sentence for finding in findings if finding.level == "warning"]
    return placed(errors, setup.policy.name, setup.files.get("policy")), warnings


def refuse_untrusted_checks(setup: Setup, workspace: Workspace, environ: Mapping[str, str]) -> None:
    """See that every check of the plan may run.

    Raises:
        NotTrustedError: where one would run what nobody allowed.
    """
    require_trust(all_checks(setup.policy, setup.cases()), Trust.of(environ).permit(workspace.folder))


def unrendered_prompts(setup: Setup) -> list[tuple[str, TiebreakError]]:
    """Side (A or B) and problem of the prompts that cannot be made; a config on both sides is told once.

    Raises:
        UsageError: for a plan that cannot be made.
    """
    cases = setup.cases()
    same = setup.baseline.version == setup.candidate.version
    return [
        (side, problem)
        for role, side in list(SIDES.items())[: 1 if same else None]
        for problem in prompt_problems(setup.config(role), cases, setup.files.get(role))
    ]


def prompt_problems(config: Config, cases: Iterable[Case], path: Path | None) -> list[TiebreakError]:
    """Why the prompts of these cases cannot be made, each reason told once with the number of cases it concerns.

    With the `path` of its config's file, a problem is a `WorkspaceError` that names file, line and field.

    Raises:
        PromptError: for a template that is none.
    """
    every = tuple(cases)
    return [_told(found, len(every), config, path) for found in unrendered(config, every)]


def _told(found: Unrendered, total: int, config: Config, path: Path | None) -> TiebreakError:
    error = found.error
    which = "any case" if found.count == total else f"{plural(found.count, 'case')} of {total}"
    cannot = f"{error.problem} It cannot be rendered for {which}; the first is “{found.case_id}”."
    hint = error.hint or (DEFAULT if found.count < total else None)
    field, line, file = error.field or "prompt", None, None
    if path is None:
        spot = f"line {error.line}" if error.line is not None else ""
        return PromptError(f"Config “{config.name}”, {', '.join(filter(None, (field, spot)))}: {cannot}", hint=hint)
    try:
        line, field, file = prompt_place(path, field)
    except InputError as gone:
        return gone
    start = f"Line {error.line} of {file or 'the template'}: " if error.line is not None else ""
    return WorkspaceError(f"{start}{cannot}", path=str(path), line=line, field=field, hint=hint)


def placed(findings: Sequence[Finding], policy: str, path: Path | None) -> list[TiebreakError]:
    """What was found wrong with the gates of a policy, as errors with the line and the field in its file."""
    if path is None:
        return [UsageError(finding.sentence, hint=f"Mend the policy “{policy}”.") for finding in findings]
    if not findings:
        return []
    try:
        source = read_document(path, WorkspaceError)
    except InputError as gone:
        return [gone]
    return [source.refuse(finding.sentence, finding.place) for finding in findings]


def try_target(
    config: Config, workspace: Workspace, environ: Mapping[str, str], *, home: str = CONFIGS
) -> AnswerTarget:
    """Open what answers for a config, as its session will. Nothing is called or started. Its paths start in `home`.

    Raises:
        TiebreakError: as `tiebreak.targets.open.open_target` does: a missing key, an unknown provider, code that nobody
            allowed to run, a recording that cannot be read.
    """
    permit = Trust.of(environ).permit(workspace.folder)
    base = workspace.folder / home
    return open_target(config, base_dir=base, environ=environ, limiters=LimiterPool(), permit=permit)


def unknown_parameters(config: Config) -> str:
    """What is to be said of parameters that we know nothing of; empty where every one is known."""
    names = passed_on(config.parameters) if isinstance(config.target, ModelTarget) else []
    if not names:
        return ""
    are = "parameter passed on as it is" if len(names) == 1 else "parameters passed on as they are"
    return f"{are}: {', '.join(names)}"


def without_question(config: Config) -> str:
    """What is to be said of a prompt that does not name the question; empty for any other."""
    return "the question is not in its prompt, {{ input }} puts it there" if leaves_question_out(config) else ""


def own_kind_warnings(judge: Judge, configs: Mapping[SessionRole, Config], *, veiled: bool = False) -> list[str]:
    """What to know where a judge reads answers of the very model that it is, or of one of its family. To whom the
    sides are sealed (`veiled`) none is named."""
    model = _model_of(judge)
    family = family_of(model)
    found: list[str] = []
    for role, side in SIDES.items():
        other = _model_of(configs[role]) if role in configs else None
        who = "one of the sides" if veiled else f"{side} ({configs[role].name})" if role in configs else ""
        if model is None or other is None:
            continue
        if other == model:
            what = "" if veiled else f"{model}, "
            found.append(f"The judge is {what}the model which also wrote the answers of {who}: {PREFERS}")
        elif family is not None and family_of(other) == family:
            what = "of the same family as" if veiled else f"{model}, of the family {family} as is {other}, the model of"
            found.append(f"The judge is {what} {who}: {PREFERS}")
    return list(dict.fromkeys(found))


def floating_words(setup: Setup) -> str:
    """One line on the names of a session that may be another model tomorrow; empty where none is known to be."""
    asked = {side: setup.config(role).target for role, side in SIDES.items()}
    asked |= {"the judge": setup.judge.target} if setup.judge is not None else {}
    by_model: dict[tuple[str, str], list[str]] = {}
    for who, target in asked.items():
        if (found := floating(target)) is not None:
            by_model.setdefault(found, []).append(who)
    told = [
        f"{' and '.join(who)}: {model}" + (f" (dated: {dated})" if dated else "")
        for (model, dated), who in by_model.items()
    ]
    return f"Floating names, under which another model may be served any day. {'; '.join(told)}." if told else ""


def floating_word(target: Target) -> str:
    """What is said beside one model whose name floats; empty for any other."""
    found = floating(target)
    if found is None:
        return ""
    return f"a floating name{f', dated: {found[1]}' if found[1] else ''}"


def _model_of(asked: Config | Judge) -> str | None:
    return asked.target.model if isinstance(asked.target, ModelTarget) else None
