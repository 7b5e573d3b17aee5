"""Workspaces whose two configs differ in their prompts, asked of a model that answers by what the prompt says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from support.headless import PRICE
from support.workspaces import write_lines
from tiebreak_cli.commands import app

POLICY = """\
form: {vote: optional}
checks:
  - {kind: contains, all: [Thirty days]}
gates:
  offline:
    - {id: right, metric: check, check: contains, at_least: 0.9}
"""
A = """\
You answer questions of customers.
Be kind and patient.
Answer in full sentences.
Cite the page that you rely on.
"""
B = """\
You answer questions of our customers.
Be kind and patient.
Answer in two words.
Cite the page that you rely on.
Never say that you are sorry.
"""
QUESTIONS = {f"q-{n}": f"How long can I return a lamp of kind {n}?" for n in range(3)}


def prompted_workspace(
    folder: Path,
    base_url: str,
    model: str,
    *,
    a: str = A,
    b: str = B,
    questions: Mapping[str, str] = QUESTIONS,
    b_model: str | None = None,
) -> Path:
    """Dataset `questions`, configs `a` and `b`, policy `ship` with one check, which an answer passes that is right."""
    lines = [{"id": case_id, "input": text} for case_id, text in questions.items()]
    write_lines(folder / "datasets" / "questions" / "cases.jsonl", lines)
    (folder / "datasets" / "questions" / "dataset.yaml").write_text("name: questions\ntask: chat\n")
    (folder / "policies").mkdir()
    (folder / "policies" / "ship.yaml").write_text(POLICY)
    for name, system, asked in (("a", a, model), ("b", b, b_model or model)):
        write_config(folder, name, system, base_url, asked)
    return folder


def write_config(folder: Path, name: str, system: str, base_url: str, model: str) -> None:
    (folder / "configs").mkdir(exist_ok=True)
    (folder / "configs" / f"{name}.txt").write_text(system)
    (folder / "configs" / f"{name}.yaml").write_text(
        f"target: {{kind: model, model: '{model}', base_url: '{base_url}'}}\n"
        f"prompt: {{system_file: {name}.txt}}\nretries: 0\n{PRICE}\n"
    )


def command(folder: Path, *words: object, catch: bool = True) -> Any:
    """A command in a workspace; without `catch` its error is raised."""
    return CliRunner().invoke(app, [*map(str, words), "--workspace", str(folder)], catch_exceptions=catch)


def ran(folder: Path) -> Path:
    """Both configs over the dataset."""
    outcome = command(folder, "run", "-d", "questions", "-a", "a", "-b", "b")
    assert outcome.exit_code in (0, 1), outcome.output
    return folder
