"""A config of promptfoo as a dataset and configs of the workspace."""

from dataclasses import dataclass
from pathlib import Path

from tiebreak.datasets.importing import Reject
from tiebreak.errors import ImportFormatError, UsageError
from tiebreak.gates.wording import plural
from tiebreak.imports.promptfoo_config import is_promptfoo_config, read_configs
from tiebreak.imports.values import slug
from tiebreak_workbench.datasets import import_dataset, new_folder
from tiebreak_workbench.workbench import Workbench

SHOWN = 10
is_config = is_promptfoo_config


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigReport:
    """What was written; `str()` says it in sentences."""

    file: str
    dataset: str | None
    """The name of the new dataset."""
    cases: int
    configs: tuple[str, ...]
    left_out: tuple[str, ...]
    rejects: tuple[Reject, ...]

    def __str__(self) -> str:
        lines = [f"The dataset “{self.dataset}” was made of {plural(self.cases, 'case')} in {self.file}."]
        if self.configs:
            lines.append(f"{plural(len(self.configs), 'config')}: {', '.join(self.configs)}.")
        lines += [f"Not taken: {words}" for words in self.left_out]
        lines += [f"Not taken: line {one.line}: {one.reason}" for one in self.rejects[:SHOWN]]
        if len(self.rejects) > SHOWN:
            lines.append(f"  and {len(self.rejects) - SHOWN} more; --json lists them.")
        if len(self.configs) > 1:
            a, b = self.configs[:2]
            lines.append(f"`tiebreak run -d {self.dataset} -a {a} -b {b}` asks both.")
        return "\n".join(lines)


def import_config(bench: Workbench, path: Path) -> ConfigReport:
    """Write the tests as a dataset and each provider with each prompt as a config.

    Nothing is written where a name is taken.

    Raises:
        ImportFormatError: for a file that cannot be read, or without a test that can be taken.
        UsageError: where a name is taken.
        WorkspaceError: where the folder cannot be written.
    """
    workspace = bench.workspace
    name = slug(path.stem.removesuffix(".config"))
    taken = read_configs(path)
    new_folder(workspace, name)
    known = {entry.name for entry in workspace.configs}
    if twice := [config.name for config in taken.configs if config.name in known]:
        raise UsageError(f"The workspace has a config “{twice[0]}” already.", hint="Rename one of the two first.")
    if not taken.configs:
        why = f" {taken.left_out[0]}" if taken.left_out else ""
        raise ImportFormatError(f"No provider of it can be taken.{why}", path=str(path))
    folder, tests = import_dataset(workspace, path, name=name, format_="promptfoo", fields={}, strict=False)
    for config in taken.configs:
        workspace.save_config(config)
    return ConfigReport(
        file=path.name,
        dataset=folder.name if folder is not None else None,
        cases=len(tests.cases),
        configs=tuple(config.name for config in taken.configs),
        left_out=taken.left_out,
        rejects=tests.rejects,
    )
