"""Code of a workspace runs only once somebody has allowed it, and an edited command asks again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from support.workspaces import make_workspace
from tiebreak.errors import NotTrustedError, TiebreakError, UsageError
from tiebreak.records import CommandTarget, Config, HttpTarget, ModelTarget, PythonTarget
from tiebreak.targets.apps.permit import program_of
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import open_target
from tiebreak.workspace import Workspace
from tiebreak.workspace.trust import Trust
from tiebreak_workbench.starting.choosing import Choices, Choosing
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Workbench

ECHO = Config(name="echo", target=CommandTarget(command=("echo", "a b")))
PYTHON = Config(name="py", target=PythonTarget(callable="app:answer"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ws").mkdir()
    return tmp_path / "ws"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_DATA_HOME": str(tmp_path / "data"), "PATH": "/usr/bin:/bin", "USER": "tester"}


def open_for(folder: Path, config: Config, environ: dict[str, str]) -> None:
    permit = Trust.of(environ).permit(folder)
    open_target(config, base_dir=folder, environ=environ, limiters=LimiterPool(), permit=permit)


def allow(folder: Path, environ: dict[str, str], *configs: Config) -> None:
    programs = [program for config in configs if (program := program_of(config)) is not None]
    Trust.of(environ).allow(folder, programs)


@pytest.mark.parametrize("config", [ECHO, PYTHON])
def test_without_trust_the_error_says_what_would_run_and_how_to_allow_it(
    folder: Path, environ: dict[str, str], config: Config
) -> None:
    with pytest.raises(NotTrustedError) as caught:
        open_for(folder, config, environ)
    said = str(caught.value)
    assert ("echo 'a b'" in said) or ("the Python function app:answer" in said)
    assert f"`tiebreak trust -w {folder}` allows it" in said
    assert isinstance(caught.value, UsageError)


@pytest.mark.parametrize(
    "edited",
    [
        CommandTarget(command=("echo", "a", "b")),
        CommandTarget(command="echo 'a b'", shell=True),
        PythonTarget(callable="app:other"),
        PythonTarget(callable="app:answer", python="bin/python"),
    ],
)
def test_an_edited_command_asks_again(
    folder: Path, environ: dict[str, str], edited: CommandTarget | PythonTarget
) -> None:
    allow(folder, environ, ECHO, PYTHON)
    open_for(folder, ECHO, environ)
    open_for(folder, PYTHON, environ)
    open_for(folder, replace(ECHO, name="another", parameters={"k": 3}), environ)
    with pytest.raises(NotTrustedError):
        open_for(folder, replace(ECHO, target=edited), environ)


def test_trust_is_given_to_a_folder_and_through_any_path_to_it(folder: Path, environ: dict[str, str]) -> None:
    allow(folder, environ, ECHO)
    link = folder.parent / "link"
    link.symlink_to(folder)
    open_for(link, ECHO, environ)
    copy = folder.parent / "copy"
    copy.mkdir()
    with pytest.raises(NotTrustedError):
        open_for(copy, ECHO, environ)


def test_trust_is_taken_back(folder: Path, environ: dict[str, str]) -> None:
    trust = Trust.of(environ)
    assert not trust.revoke(folder)
    allow(folder, environ, ECHO)
    assert trust.revoke(folder)
    with pytest.raises(NotTrustedError):
        open_for(folder, ECHO, environ)


def test_allowing_anew_forgets_what_is_no_longer_asked_for(folder: Path, environ: dict[str, str]) -> None:
    allow(folder, environ, ECHO)
    allow(folder, environ, PYTHON)
    with pytest.raises(NotTrustedError):
        open_for(folder, ECHO, environ)


@pytest.mark.parametrize("text", ["{", "[]", '{"form": 2, "folders": {}}', '{"form": 1, "folders": []}', "\udcff"])
def test_a_record_that_cannot_be_read_allows_nothing(folder: Path, environ: dict[str, str], text: str) -> None:
    allow(folder, environ, ECHO)
    Trust.of(environ).path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=r"trusted\.json: .*Delete it"):
        open_for(folder, ECHO, environ)


def test_the_record_can_be_read_by_people(folder: Path, environ: dict[str, str]) -> None:
    allow(folder, environ, ECHO)
    kept = json.loads(Trust.of(environ).path.read_text())
    assert list(kept["folders"][str(folder)].values()) == ["echo 'a b'"]


def test_apps_elsewhere_and_models_run_nothing_here(folder: Path, environ: dict[str, str]) -> None:
    for target in (HttpTarget(url="http://127.0.0.1:9/"), ModelTarget(model="m", base_url="http://127.0.0.1:9/v1")):
        config = Config(name="a", target=target)
        assert program_of(config) is None
        open_for(folder, config, environ)


# -- in a workspace


def with_apps(folder: Path) -> Workspace:
    make_workspace(folder)
    (folder / "configs" / "zz-command.yaml").write_text("target: {kind: command, command: [echo, hi], output: text}\n")
    (folder / "configs" / "zz-python.yaml").write_text("target: {kind: python, callable: 'app:answer'}\n")
    (folder / "configs" / "broken.yaml").write_text("target: {kind: command, command: []}\n")
    return Workspace.open(folder)


def test_what_the_configs_of_a_workspace_want(folder: Path, environ: dict[str, str]) -> None:
    workspace = with_apps(folder)
    trust = Trust.of(environ)
    wanted = trust.wanted(workspace)
    assert [(item.config, item.program.text, item.trusted) for item in wanted] == [
        ("zz-command", "echo hi", False),
        ("zz-python", "the Python function app:answer", False),
    ]
    trust.allow(folder, [wanted[0].program])
    assert [item.trusted for item in trust.wanted(workspace)] == [True, False]


def test_setup_shows_the_problem(folder: Path, environ: dict[str, str]) -> None:
    choosing = Choosing(with_apps(folder), Choices(baseline="plain", candidate="zz-command"), seed=1, environ=environ)
    choosing.resolve()
    (problem,) = (remark.text for remark in choosing.remarks() if remark.level == "problem")
    assert problem.startswith("B: The config “zz-command” would run code of this workspace: echo hi.")
    Trust.of(environ).allow(folder, [item.program for item in Trust.of(environ).wanted(choosing.workspace)])
    assert not [remark for remark in choosing.remarks() if remark.level == "problem"]


def test_a_session_is_not_taken_up_without_trust(folder: Path, environ: dict[str, str]) -> None:
    """The stored copy of the config counts, not the file it came from."""
    workspace = with_apps(folder)
    with Workbench.open(folder, environ) as bench:
        setup = Setup(
            dataset=workspace.load_dataset("small"),
            baseline=workspace.load_config("plain"),
            candidate=workspace.load_config("zz-command"),
            policy=workspace.load_policy("ship"),
        )
        stored = bench.store.load_session(bench.start(setup))
        with pytest.raises(NotTrustedError):
            bench.arms(stored)
        Trust.of(environ).allow(folder, [item.program for item in Trust.of(environ).wanted(workspace)])
        assert len(bench.arms(stored)) == 2


def test_all_of_these_are_expected_errors() -> None:
    assert issubclass(NotTrustedError, TiebreakError)
