"""Spot checks: questions to two models, one after another, kept in a place of the user's own so that none is lost."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tiebreak.datasets import write_cases
from tiebreak.errors import PromptError, UsageError
from tiebreak.prompts import PromptRenderer, holds_question
from tiebreak.records import (
    ROLES,
    Case,
    Config,
    Dataset,
    DatasetCard,
    Event,
    Form,
    ModelTarget,
    Plan,
    Policy,
    Prompt,
    SessionRole,
    stamp,
    utc_now,
)
from tiebreak.session.conversation import FOLLOWS, conversation, follows
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import open_target
from tiebreak.workspace import Workspace, init_blank
from tiebreak.workspace.configs import file_name
from tiebreak.workspace.workspace import DATASETS
from tiebreak_store import Grown, Store, StoredSession
from tiebreak_workbench.answers_given import answers_of
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.starting.naming import new_seed
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Workbench

SPOT_POLICY = Policy(name="spot", form=Form(vote="optional"))
"""A few answers prove nothing, so there is no gate."""
FIRST = "question"


def spot_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where spot checks are kept: `$XDG_DATA_HOME/tiebreak/spot`."""
    base = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "tiebreak" / "spot"


def spot_workbench(environ: Mapping[str, str] | None = None) -> Workbench:
    """The workbench of all spot checks, made on first use; its database with the first one.

    Raises:
        WorkspaceError: where its folder cannot be written.
    """
    environ = os.environ if environ is None else environ
    return Workbench.begin(init_blank(spot_folder(environ)), environ)


def prompt_of(template: str | None, system: str | None) -> Prompt:
    """The prompt for both models. A template that says where the question goes, as `{{ input }}`, is the message of the
    user; any other is the system prompt.

    Raises:
        UsageError: where that makes two system prompts.
    """
    if template is None:
        return Prompt(system=system)
    if holds_question(template):
        return Prompt(system=system, user=template)
    if system is not None:
        raise UsageError(
            "The prompt file holds a system prompt, and another one is given.",
            hint="Write {{ input }} into the file where the question goes, or keep one of the two.",
        )
    return Prompt(system=template)


def start_spot(
    bench: Workbench,
    question: str,
    models: tuple[str, str],
    *,
    system: str | None = None,
    template: str | None = None,
    base_url: str | None = None,
) -> str:
    """Set down a session of one case; returns its id. The same model on both sides shows how much it varies.

    What cannot be asked at all leaves no trace.

    Raises:
        UsageError: for an empty question.
        TiebreakError: where a model cannot be asked, such as for a missing key, or the prompt, a template like every
            other, cannot be rendered.
    """
    if not question.strip():
        raise UsageError("There is nothing to ask.")
    prompt = prompt_of(template, system)
    a, b = (_config(model, prompt, base_url) for model in models)
    for config in (a, b):
        open_target(config, base_dir=bench.workspace.folder, environ=bench.environ, limiters=LimiterPool())
    case = Case(id=FIRST, input=question)
    PromptRenderer(a).render(case)
    dataset = Dataset(card=DatasetCard(name="spot", title="Spot check"), cases=(case,))
    setup = Setup(dataset=dataset, baseline=a, candidate=b, policy=SPOT_POLICY, seed=new_seed())
    return bench.start(setup, kind="spot", title=question.strip().splitlines()[0][:80])


def ask_on(bench: Workbench, wanted: str, question: str, *, after: str | None = None) -> int:
    """Put one more question into a spot check; returns its position. The caller has the session's lease.

    With `after` it follows the case of that id: each side is sent what it said itself.

    Raises:
        UsageError: for an empty question, a session that is no spot check, and an answer that cannot be gone on from.
        PromptError: where the prompt cannot be rendered for it.
        StoreError: where it cannot be recorded.
    """
    if not question.strip():
        raise UsageError("There is nothing to ask.")
    stored = bench.store.load_session(wanted, facts=False)
    session, dataset = stored.session, stored.dataset
    if session.kind != "spot":
        raise UsageError("Only a spot check takes further questions; the plan of a session stands.")
    if after is not None and after not in dataset.by_id:
        raise UsageError(f"This spot check has no case “{after}”.")
    number = len(dataset.cases) + 1
    first = after and (dataset.by_id[after].group or after)
    case = Case(
        id=f"{FIRST}-{number}",
        input=question,
        group=first or None,
        metadata={FOLLOWS: after} if after is not None else {},
    )
    for role in ROLES:
        _refuse_unanswered(bench.store, stored, role, case)
        PromptRenderer(stored.configs[role]).render(case)
    grown = replace(dataset, cases=(*dataset.cases, case))
    plan = replace(session.plan, case_ids=(*session.plan.case_ids, case.id))
    bench.store.grow_session(
        Grown(
            session=replace(session, plan=plan, dataset_hash=grown.version),
            before=session.plan,
            dataset=grown,
            event=_growth(bench, session.id, plan, grown, case),
        )
    ).result()
    return number - 1


def _refuse_unanswered(store: Store, stored: StoredSession, role: SessionRole, case: Case) -> None:
    try:
        conversation(case, stored.dataset.by_id, answers_of(store, stored.session.runs[role]))
    except PromptError:
        raise UsageError(
            "Both sides must have answered before a follow-up can go on from there.",
            hint="Ask it as a question of its own, or ask again for the answer that is missing (r).",
        ) from None


def _growth(bench: Workbench, session_id: str, plan: Plan, dataset: Dataset, case: Case) -> Event:
    told = {"plan": plan.version, "dataset": dataset.version, "planned": len(plan.case_ids), "added": case.id}
    if (before := follows(case)) is not None:
        told[FOLLOWS] = before
    return Event(id=bench.new_id(), session_id=session_id, kind="plan", at=stamp(utc_now()), detail=told)


def whole_case(bench: Workbench, stored: StoredSession, case: Case, role: SessionRole) -> Case:
    """A question as a case that stands by itself: a follow-up with the conversation before it, as one side had it.

    Raises:
        UsageError: where an answer before it is missing.
    """
    try:
        return conversation(case, stored.dataset.by_id, answers_of(bench.store, stored.session.runs[role]))
    except PromptError as error:
        raise UsageError(error.message) from None


def save_case(folder: Path, dataset: str, case: Case) -> Path:
    """Keep a question as a case of a dataset in `folder`/datasets, which is made where it is missing.

    Its id tells what it asks, and is the same for the same question. Returns the file it is in.

    Raises:
        DatasetError: where it is there already, or the dataset cannot be added to.
    """
    return write_cases(folder / DATASETS / file_name(dataset), [_named(case)])


def _named(case: Case) -> Case:
    bare = replace(case, id=FIRST, group=None)
    words = re.findall(r"[a-z0-9]+", case.question.lower())[:6]
    return replace(bare, id="-".join([*words, bare.version[:6]]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """What a spot check became: names in a workspace, ready to be chosen."""

    dataset: str
    baseline: str
    candidate: str
    added: int
    """Cases that were not in the dataset before."""


def continue_spot(bench: Workbench, wanted: str, folder: Path, dataset: str) -> Continued:
    """Save every question of a spot check as a case of a dataset, and both configs, in a workspace.

    A follow-up is saved with the answers of the side that was voted better before it, of A where none was. What is
    there already is left as it is, so that doing it twice does no harm.

    Raises:
        UsageError: for a session that is no spot check, and an empty name.
        DatasetError: where the dataset cannot be added to.
        WorkspaceError: where the folder cannot be written.
    """
    stored = bench.store.load_session(wanted, light=True)
    if stored.session.kind != "spot":
        raise UsageError("Only a spot check is continued as a session; this one is a session already.")
    if not dataset.strip():
        raise UsageError("The dataset needs a name.")
    board = scoreboard_of(stored)

    def remembering(case: Case) -> SessionRole:
        before = follows(case)
        return "candidate" if before is not None and board.case(before).verdict == "win" else "baseline"

    cases: dict[str, Case] = {}
    for case_id in stored.session.plan.case_ids:
        asked = stored.dataset.by_id[case_id]
        named = _named(whole_case(bench, stored, asked, remembering(asked)))
        cases[named.id] = named
    folder.mkdir(parents=True, exist_ok=True)
    workspace = Workspace.open(folder)
    path = folder / DATASETS / file_name(dataset)
    known = set(workspace.load_dataset(path).by_id) if path.exists() else set[str]()
    new = [case for case_id, case in cases.items() if case_id not in known]
    if new:
        write_cases(path, new)
    names = [_saved(workspace, stored.configs[role]) for role in ROLES]
    name = workspace.load_dataset(path).card.name
    return Continued(dataset=name, baseline=names[0], candidate=names[1], added=len(new))


def _saved(workspace: Workspace, config: Config) -> str:
    """Save a config under its name, or under the next one that is free; returns the name."""
    taken = {entry.name for entry in workspace.configs}
    for number in range(1, len(taken) + 2):
        named = config if number == 1 else replace(config, name=f"{config.name}-{number}")
        if named.name not in taken:
            workspace.save_config(named)
            return named.name
        entry = next(entry for entry in workspace.configs if entry.name == named.name)
        if entry.error is None and workspace.load_config(named.name).version == named.version:
            return named.name
    raise AssertionError("one of the names is free")


def _config(model: str, prompt: Prompt, base_url: str | None) -> Config:
    return Config(name=model.rsplit("/", 1)[-1], target=ModelTarget(model=model, base_url=base_url), prompt=prompt)
