"""Keeps the pages true: what they show loads, what the code takes is on them, and what they point at is there."""

import dataclasses
import json
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from support.workspaces import QUESTIONS, make_workspace
from tiebreak import records
from tiebreak.datasets import FieldMap, load_dataset, read_card
from tiebreak.datasets.import_rows import ALIASES, VOTE_WORDS, AnswerRow, VerdictRow, VoteRow
from tiebreak.datasets.importing import read_answers, read_judgments, read_verdicts, read_votes
from tiebreak.datasets.judgment_rows import JudgmentRow
from tiebreak.errors import TargetError
from tiebreak.gates import validate_policy
from tiebreak.prompts.sandbox import VARIABLES
from tiebreak.records import CheckSpec
from tiebreak.records.policies import Metric, Scope
from tiebreak.targets.recording_file import Header, RecordedAnswer, RecordedError, index_recording
from tiebreak.workspace.configs import PROMPT_FILES, read_config
from tiebreak.workspace.policies import read_policy
from tiebreak_cli.commands import app
from tiebreak_store.views import VIEWS
from tiebreak_tui.keys import ARENA, PLACES
from tiebreak_tui.own_keys import read_own_keys
from tiebreak_workbench.headless.replay import RecordedBallots, read_ballots, replay
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Workbench

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted(path for pattern in ("docs/*.md", "bench/*.md", "datasets/*/*.md") for path in ROOT.glob(pattern)),
]
FORMATS = ROOT / "docs" / "formats.md"
README = ROOT / "README.md"

BLOCK = re.compile(r"^```(\w*)(?: +(\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Block(NamedTuple):
    page: str
    kind: str
    text: str


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def sections(text: str) -> Mapping[str, str]:
    """Heading → what stands under it, up to the next heading of any level."""
    headings = list(HEADING.finditer(BLOCK.sub(lambda block: re.sub(r"^#", " ", block[0], flags=re.MULTILINE), text)))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return {heading[1]: text[heading.end() : end] for heading, end in zip(headings, ends, strict=True)}


def kind_of(language: str, mark: str, text: str) -> str:
    """What a block holds: as marked behind its language, or as the path in its first comment says."""
    if mark:
        return mark
    place = re.match(r"# (configs|policies)/", text)
    if place:
        return {"configs": "config", "policies": "policy"}[place[1]]
    return "cases" if language == "json" and text.startswith('{"id"') else language


def blocks() -> Iterator[Block]:
    for page in (README, FORMATS):
        for language, mark, text in BLOCK.findall(text_of(page)):
            yield Block(page.name, kind_of(language, mark, text), text)


def examples(kind: str) -> list[Block]:
    return [block for block in blocks() if block.kind == kind]


def written(folder: Path, name: str, block: Block) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding="utf-8")
    return path


# -- examples load


@pytest.mark.parametrize("block", examples("cases"), ids=str)
def test_cases_load(block: Block, tmp_path: Path) -> None:
    assert load_dataset(written(tmp_path, "cases.jsonl", block)).cases
    # And strictly, as the cases of a folder are read.
    (tmp_path / "dataset.yaml").write_text("name: strict\n")
    assert load_dataset(tmp_path).cases


@pytest.mark.parametrize("block", examples("dataset"), ids=str)
def test_cards_load(block: Block, tmp_path: Path) -> None:
    assert read_card(written(tmp_path, "dataset.yaml", block)).card.name


@pytest.mark.parametrize("block", examples("config"), ids=str)
def test_configs_load(block: Block, tmp_path: Path) -> None:
    assert read_config(written(tmp_path, "configs/example.yaml", block), tmp_path).version


@pytest.mark.parametrize("block", examples("policy"), ids=str)
def test_policies_load_and_fit_the_cases_of_their_page(block: Block, tmp_path: Path) -> None:
    policy = read_policy(written(tmp_path, "policies/example.yaml", block))
    cases = next(other for other in examples("cases") if other.page == block.page)
    dataset = load_dataset(written(tmp_path, "cases.jsonl", cases))
    assert [finding for finding in validate_policy(policy, dataset) if finding.level == "error"] == []


def test_recordings_ballots_imports_and_keys_load(tmp_path: Path) -> None:
    for block in examples("recording"):
        index = index_recording(written(tmp_path, "recording.jsonl", block))
        assert all(index.read(case_id, sample) for case_id, sample in index.places)
    for block in examples("ballots"):
        assert read_ballots(written(tmp_path, "ballots.jsonl", block))
    readers = {"answers": read_answers, "votes": read_votes, "verdicts": read_verdicts, "judgments": read_judgments}
    for kind, read in readers.items():
        for block in examples(kind):
            imported = read(written(tmp_path, f"{kind}.jsonl", block))
            assert imported.rows
            assert imported.rejects == ()
    for block in examples("keys"):
        own = read_own_keys(written(tmp_path, "keys.toml", block))
        assert own.keys
        assert not own.problems


def test_every_kind_of_example_is_there() -> None:
    found = {(block.page, block.kind) for block in blocks()}
    assert found >= {("README.md", kind) for kind in ("cases", "config", "policy")}
    kinds = "cases dataset config policy recording ballots answers votes verdicts judgments keys sql"
    assert found >= {("formats.md", kind) for kind in kinds.split()}


# -- what the code takes is on the page


def names_of(record: type) -> list[str]:
    return [field.name for field in dataclasses.fields(record)]


DESCRIBED: Mapping[str, tuple[type, ...]] = {
    "dataset.yaml": (records.DatasetCard,),
    "cases.jsonl": (records.Case, records.Message, records.Context),
    "Other forms, and the field map": (FieldMap,),
    "Configs": (records.Config, records.Deadlines, records.Price),
    "`target: {kind: model}`": (records.ModelTarget,),
    "`target: {kind: recording}`": (records.RecordingTarget,),
    "`target: {kind: http}`": (records.HttpTarget,),
    "`target: {kind: command}`": (records.CommandTarget,),
    "`target: {kind: python}`": (records.PythonTarget,),
    "`fields`": (records.AppFields,),
    "`prompt`": (records.Prompt, records.Message),
    "Policies": (records.Policy,),
    "`form`": (records.Form, records.Dimension),
    "Gates": (records.Gate,),
    "Recordings": (Header, RecordedAnswer, RecordedError, records.ToolCall, records.Usage),
    "ballots.jsonl": (RecordedBallots,),
    "Answers": (AnswerRow,),
    "Votes and verdicts": (VoteRow, VerdictRow),
    "Judgments": (JudgmentRow,),
}
NOT_WRITTEN: Mapping[type, set[str]] = {
    **{target: {"kind"} for target in get_args(records.Target)},  # in the heading
    **{row: {"line"} for row in (AnswerRow, VoteRow, VerdictRow, JudgmentRow)},
    records.Usage: {"source"},
}


@pytest.mark.parametrize("heading", DESCRIBED)
def test_every_field_that_users_write_is_described(heading: str) -> None:
    text = sections(text_of(FORMATS))[heading]
    for record in DESCRIBED[heading]:
        for name in set(names_of(record)) - NOT_WRITTEN.get(record, set()):
            assert re.search(rf"`{name}`|\b{name}:", text), f"{record.__name__}.{name}"


def test_checks_metrics_scopes_and_template_names_are_described() -> None:
    parts = sections(text_of(FORMATS))
    assert set(names_of(CheckSpec)) == {"id", "kind", "params"}, "the flat form of checks is described by hand"
    wanted: dict[str, list[str]] = {
        "Gates": [*get_args(Metric), *get_args(Scope), "pending", "undecided"],
        "`prompt`": [*VARIABLES, *PROMPT_FILES.values()],
        "The database": list(VIEWS),
    }
    for heading, words in wanted.items():
        assert [word for word in words if f"`{word}`" not in parts[heading]] == [], heading


def test_words_of_imports_and_codes_of_errors_are_described() -> None:
    text = text_of(FORMATS).lower()
    words = [*VOTE_WORDS, *(name for names in ALIASES.values() for name in names)]
    assert [word for word in words if f"`{word}`" not in text] == []
    codes = {kind.code for kind in subclasses(TargetError)}
    assert [code for code in codes if f"`{code}`" not in sections(text)["recordings"]] == []


def subclasses(kind: type[TargetError]) -> Iterator[type[TargetError]]:
    for below in kind.__subclasses__():
        yield below
        yield from subclasses(below)


def test_environment_variables_are_described() -> None:
    told_by_doctor = {"TERM", "SSH_CONNECTION", "TMUX"}
    source = "\n".join(text_of(path) for floor in ("engine", "store", "tui") for path in (ROOT / floor).rglob("*.py"))
    read = set(re.findall(r"environ(?:\.get\(|\[)\"([A-Z_]+)\"", source)) - told_by_doctor
    assert {"NO_COLOR", "TIEBREAK_RATER"} <= read
    assert [name for name in read if f"`{name}`" not in text_of(FORMATS)] == []


@pytest.mark.parametrize("script", ["tables.py", "metric_table.py"])
def test_tables_are_those_of_the_code(script: str) -> None:
    command = [sys.executable, str(ROOT / "docs" / script), "--check"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


# -- exports and the database


@pytest.fixture
async def rated(tmp_path: Path) -> tuple[Path, list[dict[str, object]]]:
    """The database of a session with a vote on every case, and its export."""
    folder = make_workspace(tmp_path / "workspace")
    with Workbench.open(folder, {}) as bench:
        workspace = bench.workspace
        configs = [workspace.load_config(name) for name in ("plain", "warm")]
        dataset, policy = workspace.load_dataset("small"), workspace.load_policy("ship")
        session_id = bench.start(Setup(dataset=dataset, baseline=configs[0], candidate=configs[1], policy=policy))
        stored = bench.store.load_session(session_id)
        live = bench.live(stored, bench.arms(stored), lambda _: None)
        await replay(live, {case_id: RecordedBallots(case=case_id, vote="B") for case_id in QUESTIONS})
        await live.close()
        return workspace.database, list(bench.store.iter_export(session_id))


def test_exports_are_as_described(rated: tuple[Path, list[dict[str, object]]]) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", sections(text_of(FORMATS))["Exports"], re.MULTILINE)
    described = {kind: set(SPAN.findall(fields)) for kind, fields in rows}
    order = list(described)
    # Fields that came later are there where they were given.
    later = {
        field.name
        for record in (records.Case, records.DatasetCard, records.Policy)
        for field in dataclasses.fields(record)
        if field.metadata.get("later")
    }
    _, lines = rated
    assert {str(line["type"]) for line in lines} >= {"session", "dataset_case", "response", "check_result", "ballot"}
    for line in lines:
        fields = described[str(line["type"])]
        assert fields - later <= set(line) - {"type"} <= fields
    places = [order.index(str(line["type"])) for line in lines if line["type"] not in ("config", "run")]
    assert places == sorted(places)


def test_queries_run_on_a_session(rated: tuple[Path, list[dict[str, object]]]) -> None:
    database, _ = rated
    queries = examples("sql")
    assert len(queries) >= 2
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        for query in queries:
            rows = connection.execute(query.text).fetchall()
            assert rows, query.text
            assert None not in rows[0][:2] or "requested_model" in query.text


# -- keys, links, commands

WRITTEN: Mapping[str, str] = {
    "left": "←",
    "right": "→",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "backspace": "⌫",
    "enter": "⏎",
    "slash": "/",
    "full_stop": ".",
    "comma": ",",
    "escape": "esc",
    "question_mark": "?",
}


def test_every_key_has_help() -> None:
    keys = [key for place in PLACES.values() for key in place]
    assert [key.id for key in keys if not (key.help.strip() and key.label.strip() and key.group.strip())] == []
    assert len({key.id for key in keys}) == len(keys)


def test_the_readme_names_every_key_of_the_arena() -> None:
    told = set(SPAN.findall(sections(text_of(README))["Keys"]))
    if {"1", "5"} <= told:
        told |= set("234")
    missing = [key.id for key in ARENA if not told & {WRITTEN.get(name, name) for name in key.keys.split(",")}]
    assert missing == []


def anchors(text: str) -> set[str]:
    """The ids that GitHub gives to headings."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in sections(text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    for target in LINK.findall(BLOCK.sub("", text_of(page))):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name) if name else page
        assert path.exists(), target
        assert not anchor or anchor in anchors(text_of(path)), target


def shell_lines(page: Path) -> Iterator[str]:
    """Commands of a page: lines of its shell blocks, and code in its sentences."""
    text = text_of(page)
    for language, _, block in BLOCK.findall(text):
        if language == "sh":
            yield from (line.partition(" #")[0].strip() for line in block.splitlines())
    yield from SPAN.findall(BLOCK.sub("", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_their_flags_exist(page: Path) -> None:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    for line in shell_lines(page):
        if not re.match(r"tiebreak( |$)", line):
            continue
        words = shlex.split(line)[1:]
        parameters = group.params
        if words and not words[0].startswith("-"):
            assert words[0] in group.commands, line
            command = group.commands[words[0]]
            if isinstance(command, TyperGroup) and len(words) > 1:
                assert words[1] in command.commands, line
                command = command.commands[words[1]]
            parameters = command.params
        flags = {"-h", "--help", *(flag for parameter in parameters for flag in parameter.opts)}
        assert [word for word in words if re.match(r"--?[a-z]", word) and word not in flags] == [], line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_make_targets_and_scripts_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for line in shell_lines(page):
        if make := re.match(r"make ([a-z]+)", line):
            assert make[1] in targets, line
        for script in re.findall(r"\b(?:bench|docs|tests)/[\w/]+\.py\b", line):
            assert (ROOT / script).exists(), line


def test_the_pictures_name_no_host_and_no_folder_of_this_machine() -> None:
    pictures = sorted((ROOT / "docs" / "images").glob("*.svg"))
    assert {picture.name for picture in pictures} >= {"arena.svg", "setup.svg", "scoreboard.svg"}
    for picture in pictures:
        text = text_of(picture).replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert re.findall(r"https?://[^\s\"')]+|@font-face|/(?:home|root|tmp|Users|work)/", text) == [], picture.name


def test_examples_of_one_line_records_are_json() -> None:
    for block in blocks():
        if block.text.startswith("{"):
            assert all(json.loads(line) for line in block.text.splitlines())
