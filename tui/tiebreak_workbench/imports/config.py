"""A config of promptfoo as a dataset and configs of the workspace, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tiebreak.datasets.exchange import Taken, take
from tiebreak.datasets.importing import Reject
from tiebreak.errors import ImportFormatError, UsageError
from tiebreak.gates.wording import plural
from tiebreak.imports.promptfoo_config import is_promptfoo_config, read_configs
from tiebreak.imports.values import slug
from tiebreak.records import Config, Dataset
from tiebreak_workbench.datasets import new_folder, write_taken
from tiebreak_workbench.imports.begin import fitting_policy
from tiebreak_workbench.shell import HERE, command
from tiebreak_workbench.workbench import Workbench

SHOWN = 10
is_config = is_promptfoo_config


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigReport:
    """What was written; `words()` says it in sentences."""

    file: str
    dataset: str
    """The name of the dataset."""
    cases: int
    configs: tuple[str, ...]
    left_out: tuple[str, ...]
    rejects: tuple[Reject, ...]
    already: bool = False
    """All of it was there, so that nothing was done now."""
    kept: tuple[str, ...] = ()
    """Of these configs, those that were there already, as they are in the file."""
    run: tuple[str, ...] = ()
    """The words of the command that asks the first two configs; none where no policy here fits the cases."""

    def words(self, folder: Path = HERE) -> str:
        """For a person, with commands for the workspace of a folder."""
        configs = f"{plural(len(self.configs), 'config')}: {', '.join(self.configs)}"
        if self.already:
            there = f"the dataset “{self.dataset}” and {configs}"
            lines = [f"{self.file} was already imported: {there} are as they are in it. Nothing was changed."]
        else:
            lines = [f"The dataset “{self.dataset}” was made of {plural(self.cases, 'case')} in {self.file}."]
            lines.append(f"{configs}.")
            if self.kept:
                lines.append(f"There already, and left as they were: {', '.join(self.kept)}.")
        lines += [f"Not taken: {words}" for words in self.left_out]
        lines += [f"Not taken: the test at line {one.line}: {one.reason}" for one in self.rejects[:SHOWN]]
        if len(self.rejects) > SHOWN:
            lines.append(f"  and {len(self.rejects) - SHOWN} more; --json lists them.")
        if self.run:
            lines.append(f"`{command(self.run, folder)}` asks both.")
        elif len(self.configs) > 1:
            lines.append("No policy of the workspace fits these cases: write one before `tiebreak run`.")
        return "\n".join(lines)


def import_config(bench: Workbench, path: Path) -> ConfigReport:
    """Write the tests as a dataset and each provider with each prompt as a config. What is there already, as the file
    has it, is left as it is.

    Nothing is written where a name is taken by something else.

    Raises:
        ImportFormatError: for a file that cannot be read, or without a test that can be taken.
        UsageError: where a name is taken.
        WorkspaceError: where the folder cannot be written.
    """
    workspace = bench.workspace
    name = slug(path.stem.removesuffix(".config"))
    taken = read_configs(path)
    if not taken.configs:
        why = f" {taken.left_out[0]}" if taken.left_out else ""
        raise ImportFormatError(f"No provider of it can be taken.{why}", path=str(path))
    tests = take(path, "promptfoo", {})
    made = _same_cases(bench, name, tests, path)
    kept = _same_configs(bench, taken.configs, path)
    if not made:
        write_taken(new_folder(workspace, name), path, tests)
    for config in taken.configs:
        if config.name not in kept:
            workspace.save_config(config)
    dataset = workspace.load_dataset(name)
    configs = tuple(config.name for config in taken.configs)
    return ConfigReport(
        file=path.name,
        dataset=name,
        cases=len(tests.cases),
        configs=configs,
        left_out=taken.left_out,
        rejects=tests.rejects,
        already=made and len(kept) == len(configs),
        kept=kept,
        run=_run(bench, dataset, configs),
    )


def _same_cases(bench: Workbench, name: str, tests: Taken, path: Path) -> bool:
    """Whether a dataset of that name is there, with the very cases of the file.

    Raises:
        UsageError: where it has others.
    """
    if not any(entry.name == name for entry in bench.workspace.datasets):
        return False
    there = bench.workspace.load_dataset(name)
    if there.case_versions != {case.id: case.version for case in tests.cases}:
        raise _taken(f"dataset “{name}”", "other cases", path)
    return True


def _same_configs(bench: Workbench, configs: Sequence[Config], path: Path) -> tuple[str, ...]:
    """The configs that are there, as the file has them.

    Raises:
        UsageError: where one of that name is another one.
    """
    known = {entry.name for entry in bench.workspace.configs}
    kept = [config for config in configs if config.name in known]
    for config in kept:
        if bench.workspace.load_config(config.name).version != config.version:
            raise _taken(f"config “{config.name}”", "another content", path)
    return tuple(config.name for config in kept)


def _taken(what: str, how: str, path: Path) -> UsageError:
    message = f"The workspace has a {what} already, with {how} than {path.name}. Nothing was changed."
    return UsageError(message, hint="Rename one of the two first.")


def _run(bench: Workbench, dataset: Dataset, configs: Sequence[str]) -> tuple[str, ...]:
    """The words of `tiebreak run` over the first two configs, as far as it can be run."""
    fitting, known = fitting_policy(bench, dataset)
    if len(configs) < 2 or (fitting is None and known):
        return ()
    named = ("-p", fitting) if fitting is not None and known > 1 else ()
    return ("run", "-d", dataset.card.name, "-a", configs[0], "-b", configs[1], *named)
