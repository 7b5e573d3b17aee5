"""What chosen cases are put to: the candidate as it is now, another config or model, or an edited prompt."""

from dataclasses import replace
from pathlib import Path

from tiebreak.datasets.reading import read_text
from tiebreak.errors import PromptError, UsageError, WorkspaceError
from tiebreak.prompts import PromptRenderer
from tiebreak.records import Config, ModelTarget
from tiebreak.workspace.configs import read_config
from tiebreak_workbench.starting.pinning import pinned
from tiebreak_workbench.triage.triage import Triage
from tiebreak_workbench.workbench import Workbench


def changed_config(
    bench: Workbench, triage: Triage, *, config: str | None = None, model: str | None = None, prompt: Path | None = None
) -> Config:
    """The file of the candidate's config as it is now (as the run has it, where there is none), or another `config`;
    with another `model` (of the same server, where the config names one), or the text of a file in the place of its
    system prompt (of its user template, where that is all it has).

    Raises:
        UsageError: where there is none of that name, or it is a conversation, which no one text can stand for.
        InputError: where a file cannot be used.
    """
    before = triage.b.config
    if config is None and not _has_file(bench, before):
        found = before  # as of an import
    else:
        path = bench.workspace.config_file(config or before.name)
        found = pinned(read_config(path, bench.workspace.folder), bench.configs_folder)
    if model is not None:
        found = with_model(found, model)
    if prompt is not None:
        text, given = read_text(prompt, WorkspaceError), found.prompt
        if given.messages:
            raise UsageError(
                f"The prompt of “{found.name}” is a whole conversation, so one text cannot stand in for it.",
                hint="Copy the config, edit its `messages`, and give it with --config.",
            )
        user_alone = given.system is None and given.user is not None
        edited = replace(given, user=text) if user_alone else replace(given, system=text)
        found = replace(found, name=f"{found.name} with {prompt.name}", prompt=edited)
    try:
        PromptRenderer(found)
    except PromptError as problem:
        raise WorkspaceError(problem.message, path=None if prompt is None else str(prompt), hint=problem.hint) from None
    return found


def with_model(config: Config, model: str) -> Config:
    """The config on another model, of the same server where it names one; the price of the old one no longer holds."""
    target = ModelTarget(model=model)
    if isinstance(config.target, ModelTarget) and config.target.base_url is not None:
        target = replace(config.target, model=model)
    return replace(config, name=f"{config.name} on {model}", target=target, price=None)


def candidate_now(bench: Workbench, triage: Triage) -> tuple[Config, str]:
    """The candidate's config as its file has it now, and what is to be known of that; as the run pins it where there
    is no such file, as after an import.

    Raises:
        InputError: where the file cannot be used.
    """
    before = triage.b.config
    if not _has_file(bench, before):
        return before, "as the run has it: it has no file here"
    found = changed_config(bench, triage)
    same = found.version == before.version
    return found, "unchanged since the run" if same else "its file was edited since the run"


def _has_file(bench: Workbench, config: Config) -> bool:
    return any(entry.name == config.name for entry in bench.workspace.configs)
