"""Judge files, and the judges that come with Tiebreak, which also fill in what a file leaves out."""

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import cast, get_args

from tiebreak.checks.parse import nearest
from tiebreak.datasets.reading import Located, read_document, read_record, read_text, union_member
from tiebreak.datasets.reading.located import loc_of
from tiebreak.datasets.written import written
from tiebreak.errors import InputError, PromptError, WorkspaceError
from tiebreak.records import ModelTarget, RecordingTarget, Target
from tiebreak.records.judges import Judge, JudgeKind
from tiebreak.workspace.configs import check_limits, check_parameters, check_target
from tiebreak.workspace.workspace import JUDGES

SHIPPED = Path(__file__).parents[1] / "judge" / "shipped"
KINDS: tuple[JudgeKind, ...] = get_args(JudgeKind)
PROMPT_PARTS = ("system", "user", "check")
MOST_REPEATS = 50
MOST_POINTS = 101
"""Points that a scale may have."""
ONLY_OF = {"both_orders": "pairwise", "scale": "rubric", "dimensions": "rubric"}
"""Fields that say nothing for other kinds."""
FROM_SHIPPED = ("prompt", "dimensions", "criteria", "parameters")
"""What a file may leave to the judge of its kind that comes with Tiebreak."""


def shipped_judges() -> Mapping[str, Judge]:
    """The judges that come with Tiebreak, one a kind, by name."""
    return {judge.name: judge for judge in _shipped().values()}


@cache
def _shipped() -> Mapping[JudgeKind, Judge]:
    judges = [_read(path, SHIPPED, {}) for path in sorted(SHIPPED.glob("*.yaml"))]
    return {judge.kind: judge for judge in judges}


def read_judge(path: Path, root: Path) -> Judge:
    """The judge in a file of the workspace at `root`, complete: what it leaves out is that of its kind.

    `system_file`, `user_file` and `check_file` of its prompt are read in, as in a config. A recording's path is given
    from `root`/judges.

    Raises:
        WorkspaceError: naming file, line and field.
    """
    return _read(path, root, _shipped())


def _read(path: Path, root: Path, defaults: Mapping[JudgeKind, Judge]) -> Judge:
    source = read_document(path, WorkspaceError)
    if source.mapping is None:
        raise source.refuse("A judge is a mapping: `kind`, `target`, `prompt` and so on.")
    keys: dict[str, object] = {"name": path.stem, **source.mapping}
    kind = _kind(source)
    if "target" not in keys and "model" in keys:
        hint = "Write target: {kind: model, model: …}, as in a config."
        raise source.refuse("The model of a judge belongs under `target`.", ("model",), hint)
    for field, only in ONLY_OF.items():
        if field in keys and kind != only:
            raise source.refuse(f"Only a judge of the kind {only} has this field; this one is {kind}.", (field,))
    if keys.get("target") is not None:
        target = source.at(("target",), keys["target"])
        keys["target"] = written(read_record(union_member(target, get_args(Target)), target))
    default = written(defaults[kind]) if kind in defaults else {}
    keys = {**{name: default[name] for name in FROM_SHIPPED if name in default}, **keys}
    if isinstance(keys.get("prompt"), Mapping):
        given = source.at(("prompt",), keys["prompt"])
        keys["prompt"] = {**cast("dict[str, object]", default.get("prompt", {})), **_prompt(given, path.parent, root)}
    also = {"prompt": tuple(f"{part}_file" for part in PROMPT_PARTS)}
    judge = read_record(Judge, source.holding(keys), also=also)
    _check(judge, source)
    return _rebased(judge, path.parent, root / JUDGES)


def _kind(source: Located) -> JudgeKind:
    mapping = source.mapping or {}
    if "kind" not in mapping:
        raise source.refuse("The field “kind” is missing.", ("kind",), f"The kinds are {', '.join(KINDS)}.")
    if mapping["kind"] not in KINDS:
        raise source.refuse("There is no judge of this kind.", ("kind",), nearest(mapping["kind"], list(KINDS)))
    return mapping["kind"]


def _prompt(source: Located, folder: Path, root: Path) -> dict[str, object]:
    """The prompt with the texts of its files in place of their names."""
    prompt = dict(source.mapping or {})
    for part in PROMPT_PARTS:
        name = prompt.pop(f"{part}_file", None)
        if name is None:
            continue
        loc = (f"{part}_file",)
        if not isinstance(name, str):
            raise source.refuse("Expected the name of a text file.", loc)
        if prompt.get(part) is not None:
            raise source.refuse(f"There is both `{part}` and `{part}_file`.", loc, "Keep one of the two.")
        file = folder / name
        if not file.resolve().is_relative_to(root.resolve()):
            raise source.refuse(f"The file “{name}” lies outside the workspace.", loc, "Copy it into the workspace.")
        try:
            prompt[part] = read_text(file, WorkspaceError)
        except InputError as problem:
            raise source.refuse(f"“{name}”: {problem.message}", loc, problem.hint) from None
    return prompt


def _check(judge: Judge, source: Located) -> None:
    """What types alone do not say.

    Raises:
        InputError: of the source's kind.
    """
    # The renderer brings Jinja2, which only a workspace with judges needs.
    from tiebreak.judge.rendering import JudgeRenderer

    if not judge.name.strip() or not judge.name.isprintable():
        raise source.refuse("A name is one or more visible characters.", ("name",))
    if not 1 <= judge.repeats <= MOST_REPEATS:
        raise source.refuse(f"The number of repeats is 1 to {MOST_REPEATS}.", ("repeats",))
    if judge.budget is not None and judge.budget < 0:
        raise source.refuse("A budget is 0 or more, in US dollars for one session.", ("budget",))
    check_target(judge.target, source)
    check_limits(judge.config, source)
    if isinstance(judge.target, ModelTarget):
        if "response_format" in judge.parameters:
            hint = "`parsing: schema` asks the provider for it, `parsing: block` does without."
            raise source.refuse("The form of verdicts is Tiebreak's to set.", ("parameters", "response_format"), hint)
        check_parameters(judge.parameters, source)
    elif judge.parsing == "schema":
        raise source.refuse("Only a model can be held to a schema.", ("parsing",), "Write `parsing: block`.")
    if judge.kind == "rubric":
        _check_rubric(judge, source)
    try:
        JudgeRenderer(judge)
    except PromptError as problem:
        raise source.refuse(problem.message, loc_of(problem.field or "prompt"), problem.hint) from None


def _check_rubric(judge: Judge, source: Located) -> None:
    scale = judge.scale
    if not 1 <= scale.high - scale.low < MOST_POINTS:
        raise source.refuse(f"A scale has 2 to {MOST_POINTS} points, from `low` to `high`.", ("scale",))
    if not judge.dimensions:
        raise source.refuse("A rubric without a dimension scores nothing.", ("dimensions",))
    names: set[str] = set()
    for index, dimension in enumerate(judge.dimensions):
        loc = ("dimensions", index)
        if not dimension.name.strip() or not dimension.name.isprintable():
            raise source.refuse("A name is one or more visible characters.", (*loc, "name"))
        if dimension.name in names:
            raise source.refuse(f"There are two dimensions “{dimension.name}”.", (*loc, "name"))
        names.add(dimension.name)
        known = {str(point) for point in range(scale.low, scale.high + 1)}
        for level in dimension.levels:
            if level not in known:
                hint = f"Points go from {scale.low} to {scale.high}."
                raise source.refuse(f"“{level}” is no point of the scale.", (*loc, "levels", level), hint)


def _rebased(judge: Judge, folder: Path, base: Path) -> Judge:
    """With the recording's path starting from `base` instead of `folder`."""
    target = judge.target
    if not isinstance(target, RecordingTarget) or Path(target.path).is_absolute() or folder.resolve() == base.resolve():
        return judge
    path = os.path.relpath((folder / target.path).resolve(), base.resolve())
    return replace(judge, target=replace(target, path=Path(path).as_posix()))
