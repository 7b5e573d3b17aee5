"""Spot checks: one question to two models, kept in a place of the user's own so that nothing is lost."""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tiebreak.datasets import write_cases
from tiebreak.errors import UsageError
from tiebreak.prompts import PromptRenderer
from tiebreak.records import Case, Config, Dataset, DatasetCard, Form, ModelTarget, Policy, Prompt
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import open_target
from tiebreak.workspace import init_blank
from tiebreak.workspace.configs import file_name
from tiebreak.workspace.workspace import DATASETS
from tiebreak_workbench.naming import new_seed
from tiebreak_workbench.setup import Setup
from tiebreak_workbench.workbench import Workbench

SPOT_POLICY = Policy(name="spot", form=Form(vote="optional"))
"""A single answer proves nothing, so there is no gate."""


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


def start_spot(
    bench: Workbench,
    question: str,
    models: tuple[str, str],
    *,
    system: str | None = None,
    base_url: str | None = None,
) -> str:
    """Set down a session of one case; returns its id. The same model on both sides shows how much it varies.

    What cannot be asked at all leaves no trace.

    Raises:
        UsageError: for an empty question.
        TiebreakError: where a model cannot be asked, such as for a missing key, or the system prompt, a template like
            every other, cannot be rendered.
    """
    if not question.strip():
        raise UsageError("There is nothing to ask.")
    a, b = (_config(model, system, base_url) for model in models)
    for config in (a, b):
        open_target(config, base_dir=bench.workspace.folder, environ=bench.environ, limiters=LimiterPool())
    case = Case(id="question", input=question)
    PromptRenderer(a).render(case)
    dataset = Dataset(card=DatasetCard(name="spot", title="Spot check"), cases=(case,))
    setup = Setup(dataset=dataset, baseline=a, candidate=b, policy=SPOT_POLICY, seed=new_seed())
    return bench.start(setup, kind="spot", title=question.strip().splitlines()[0][:80])


def save_case(folder: Path, dataset: str, case: Case) -> Path:
    """Keep a question as a case of a dataset in `folder`/datasets, which is made where it is missing.

    Its id tells what it asks, and is the same for the same question. Returns the file it is in.

    Raises:
        DatasetError: where it is there already, or the dataset cannot be added to.
    """
    words = re.findall(r"[a-z0-9]+", case.question.lower())[:6]
    case_id = "-".join([*words, case.version[:6]])
    return write_cases(folder / DATASETS / file_name(dataset), [replace(case, id=case_id)])


def _config(model: str, system: str | None, base_url: str | None) -> Config:
    return Config(
        name=model.rsplit("/", 1)[-1],
        target=ModelTarget(model=model, base_url=base_url),
        prompt=Prompt(system=system),
    )
