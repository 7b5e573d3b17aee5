"""What one `tiebreak run` asks: each dataset that is named, and the regression set of the workspace."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tiebreak.errors import TiebreakError, UsageError
from tiebreak.gates.wording import plural
from tiebreak.workspace import Workspace
from tiebreak.workspace.workspace import REGRESSIONS
from tiebreak_workbench.headless.headless import (
    TakenUp,
    Wanted,
    notes_on_apps,
    refuse_unready,
    setup_of,
    setups_of,
    take_up_all,
    warnings_of,
)
from tiebreak_workbench.starting.preflight import floating_words, known_judges, without_question
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.triage.regressions import has_regression_set, is_regression_set
from tiebreak_workbench.workbench import Workbench

LEAVE_OUT = "--no-regressions leaves the set out."


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the options of a run say besides the datasets; `n`, `segment` and `strata` are of each that is named."""

    baseline: str
    candidates: Sequence[str]
    policy: str | None = None
    n: int | None = None
    segment: str | None = None
    seed: int = 1
    strata: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """One dataset of a run: a setup for each candidate."""

    setups: Sequence[Setup]
    along: bool = False
    """It is the regression set, which goes along whole and with gates of its own."""
    named: bool = True

    @property
    def dataset(self) -> str:
        return self.setups[0].dataset.card.name

    @property
    def words(self) -> str:
        """What to say of it before, where nobody named it."""
        cases = plural(len(self.setups[0].dataset.cases), "case")
        return "" if self.named else f"The regression set goes along: {cases} of “{self.dataset}”. {LEAVE_OUT}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The sessions over one dataset, on one run of the baseline."""

    dataset: str
    taken: Sequence[TakenUp]
    along: bool = False
    named: bool = True


def all_over(
    workspace: Workspace, datasets: Sequence[str], chosen: Chosen, *, regressions: bool = True
) -> tuple[Over, ...]:
    """A setup for each dataset and candidate, the named datasets first. With `regressions` the regression set goes
    along, also where it is not named; beside others it is asked whole.

    Raises:
        UsageError: where there is none of a name, where one is given twice, and where no policy is the obvious one.
        InputError: for a file that needs a correction.
    """
    named = [name for name in datasets if not is_regression_set(name)]
    found: list[Over] = []
    for name in named or datasets:
        first = setup_of(
            workspace,
            name,
            chosen.baseline,
            chosen.candidates[0],
            policy=chosen.policy,
            n=chosen.n,
            segment=chosen.segment,
            seed=chosen.seed,
            strata=chosen.strata,
        )
        if any(first.dataset.version == one.setups[0].dataset.version for one in found):
            twice = f"“{first.dataset.card.name}” is given as a dataset twice."
            raise UsageError(twice, hint="Name each dataset once.")
        found.append(Over(setups=setups_of(first, workspace, chosen.candidates[1:])))
    given = next((name for name in datasets if is_regression_set(name)), None) if named else None
    if given is not None or (named and regressions and has_regression_set(workspace)):
        with leaving_out(given is None):
            first = setup_of(workspace, given or REGRESSIONS, chosen.baseline, chosen.candidates[0], seed=chosen.seed)
            along = setups_of(first, workspace, chosen.candidates[1:])
        found.append(Over(setups=along, along=True, named=given is not None))
    return tuple(found)


@contextmanager
def leaving_out(possible: bool) -> Generator[None]:
    """Say of a problem with the regression set that nobody named how to do without."""
    try:
        yield
    except TiebreakError as problem:
        if possible:
            problem.hint = f"{problem.hint} {LEAVE_OUT}" if problem.hint else LEAVE_OUT
        raise


def ready(bench: Workbench, over: Over, wanted: Wanted) -> list[str]:
    """See that everything could be asked before a session is set down; returns what to know of it.

    Raises:
        TiebreakError: as `warnings_of` and `refuse_unready`.
    """
    judges = known_judges(bench.workspace)
    with leaving_out(over.along and not over.named):
        notes = [note for setup in over.setups for note in (*warnings_of(setup, judges), *notes_on_apps(setup, wanted))]
        for setup in over.setups:
            refuse_unready(bench, setup)
    notes += [words for setup in over.setups if (words := floating_words(setup))]
    configs = {config.version: config for setup in over.setups for config in (setup.baseline, setup.candidate)}
    notes += [f"{config.name}: {words}." for config in configs.values() if (words := without_question(config))]
    return list(dict.fromkeys([*([over.words] if over.words else []), *notes]))


def take_up_each(
    bench: Workbench, overs: Sequence[Over], *, resume: bool = True, concurrency: int = 8, samples: int = 1
) -> tuple[Share, ...]:
    """The sessions of each, taken up as by `take_up_all`, in the same order.

    They are set down last to first, so that the newest session, `last`, is one of the first dataset.
    Raises as `take_up_all`.
    """
    shares = [
        Share(
            dataset=over.dataset,
            taken=take_up_all(bench, over.setups, resume=resume, concurrency=concurrency, samples=samples),
            along=over.along,
            named=over.named,
        )
        for over in reversed(overs)
    ]
    return tuple(reversed(shares))
