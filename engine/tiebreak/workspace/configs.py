"""Config files: reading one with the prompt files it names, and writing one."""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast, get_args

from tiebreak.datasets.durable import write_whole
from tiebreak.datasets.reading import Located, read_document, read_record, read_text, union_member
from tiebreak.datasets.reading.located import loc_of
from tiebreak.datasets.written import written
from tiebreak.errors import InputError, PromptError, UsageError, WorkspaceError
from tiebreak.records import Config, ModelTarget, RecordingTarget, Target
from tiebreak.targets.apps.checking import slip_in
from tiebreak.targets.parameters import slips_in

CONFIGS = "configs"
MORE = 4
"""Further slips that one error tells."""
PROMPT_FILES = {"system": "system_file", "user": "user_file"}


def read_config(path: Path, root: Path) -> Config:
    """The config in a file of the workspace at `root`.

    Its name is that of the file unless it says another. `system_file` and `user_file` of its prompt are read in; they
    start from the file's folder and stay inside the workspace. A recording's path is given from `root`/configs.

    Raises:
        WorkspaceError: naming file, line and field.
    """
    source = read_document(path, WorkspaceError)
    if source.mapping is None:
        raise source.refuse("A config is a mapping: `target`, `prompt`, `parameters` and so on.")
    keys = {"name": path.stem, **source.mapping}
    if keys.get("target") is not None:
        target = source.at(("target",), keys["target"])
        record: object = read_record(union_member(target, get_args(Target)), target)
        keys["target"] = written(record)
    if isinstance(keys.get("prompt"), Mapping):
        keys["prompt"] = _prompt(source.at(("prompt",), keys["prompt"]), path.parent, root)
    config = read_record(Config, source.holding(keys), also={"prompt": tuple(PROMPT_FILES.values())})
    _check(config, source)
    return _rebased(config, path.parent, root / CONFIGS)


def _prompt(source: Located, folder: Path, root: Path) -> Mapping[str, object]:
    """The prompt with the texts of its files in place of their names."""
    prompt = dict(source.mapping or {})
    for field, file_field in PROMPT_FILES.items():
        name = prompt.pop(file_field, None)
        if name is None:
            continue
        loc = (file_field,)
        if not isinstance(name, str):
            raise source.refuse("Expected the name of a text file.", loc)
        if prompt.get(field) is not None:
            raise source.refuse(f"There is both `{field}` and `{file_field}`.", loc, "Keep one of the two.")
        file = folder / name
        # A workspace from elsewhere must not send files of this machine to a server it names.
        if not file.resolve().is_relative_to(root.resolve()):
            raise source.refuse(f"The file “{name}” lies outside the workspace.", loc, "Copy it into the workspace.")
        try:
            prompt[field] = read_text(file, WorkspaceError)
        except InputError as problem:
            raise source.refuse(f"“{name}”: {problem.message}", loc, problem.hint) from None
    return prompt


def _check(config: Config, source: Located) -> None:
    """What types alone do not say.

    Raises:
        InputError: of the source's kind.
    """
    # The renderer brings Jinja2, which only a workspace with configs needs.
    from tiebreak.prompts import PromptRenderer, RequestRenderer

    if not config.name.strip() or not config.name.isprintable():
        raise source.refuse("A name is one or more visible characters.", ("name",))
    check_target(config.target, source)
    if isinstance(config.target, ModelTarget):  # an app's parameters are its own
        check_parameters(config.parameters, source)
    check_limits(config, source)
    for field, renderer in ((("prompt",), PromptRenderer), (("target", "request"), RequestRenderer)):
        try:
            renderer(config)
        except PromptError as problem:
            raise source.refuse(problem.message, field, problem.hint) from None


def check_limits(config: Config, source: Located) -> None:
    """Deadlines, retries and price.

    Raises:
        InputError: of the source's kind.
    """
    limits = config.deadlines
    for name, seconds in (("first_token", limits.first_token), ("idle", limits.idle), ("total", limits.total)):
        if seconds <= 0:
            raise source.refuse("A deadline is more than 0 seconds.", ("deadlines", name))
    if config.retries < 0:
        raise source.refuse("The number of retries is 0 or more.", ("retries",))
    for name in ("input", "output", "cached_input"):
        if config.price is not None and (cast("float | None", getattr(config.price, name)) or 0) < 0:
            raise source.refuse("A price is 0 or more, in US dollars per million tokens.", ("price", name))


def check_target(target: Target, source: Located) -> None:
    """What the types of a target do not say.

    Raises:
        InputError: of the source's kind.
    """
    match target:
        case ModelTarget():
            if not target.model.strip():
                raise source.refuse("The model is empty.", ("target", "model"), "Write it as provider/model.")
            # The value may be a key by mistake, so it is not repeated.
            if target.api_key_env is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", target.api_key_env):
                message = "This is not the name of an environment variable."
                hint = "Give the variable's name, never the key itself."
                raise source.refuse(message, ("target", "api_key_env"), hint)
        case RecordingTarget():
            if target.speed < 0:
                raise source.refuse("A speed is 0 (at once) or more.", ("target", "speed"))
            if target.sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", target.sha256):
                message = "This is no SHA-256: 64 digits and letters from a to f."
                raise source.refuse(message, ("target", "sha256"), "Leave it out, or take what `sha256sum` says.")
        case _:
            if slip := slip_in(target):
                place = ("target", slip.field) if slip.key is None else ("target", slip.field, slip.key)
                raise source.refuse(slip.message, place, slip.hint)


def check_parameters(parameters: Mapping[str, object], source: Located) -> None:
    """The parameters of a model.

    Raises:
        InputError: of the source's kind, for the first slip, with up to four more in its message.
    """
    slips = slips_in(parameters)
    if not slips:
        return
    first, *others = slips
    if not others:
        raise source.refuse(first.message, ("parameters", first.name), first.hint)
    message = " ".join(filter(None, (first.message, first.hint)))
    for slip in others[:MORE]:
        line = source.line(("parameters", slip.name))
        place = f"line {line}, " if line is not None else ""
        message += " ".join(filter(None, (f" Also {place}parameters.{slip.name}:", slip.message, slip.hint)))
    raise source.refuse(message, ("parameters", first.name))


def prompt_place(path: Path, field: str) -> tuple[int | None, str, str | None]:
    """Where the text of a prompt stands that a config calls `field`, such as `prompt.user`.

    Returns:
        Line and field of the config's file, and the prompt file that is named there, if one is.

    Raises:
        WorkspaceError: where the file cannot be read any more.
    """
    source = read_document(path, WorkspaceError)
    file_field = PROMPT_FILES.get(field.removeprefix("prompt."))
    if file_field is not None and source.mapping is not None:
        prompt = source.at(("prompt",), source.mapping.get("prompt"))
        if prompt.mapping is not None and prompt.mapping.get(file_field) is not None:
            return prompt.line((file_field,)), prompt.name((file_field,)), str(prompt.mapping[file_field])
    return source.line(loc_of(field)), field, None


def _rebased(config: Config, folder: Path, base: Path) -> Config:
    """With the recording's path starting from `base` instead of `folder`."""
    target = config.target
    if not isinstance(target, RecordingTarget) or Path(target.path).is_absolute() or folder.resolve() == base.resolve():
        return config
    path = os.path.relpath((folder / target.path).resolve(), base.resolve())
    return replace(config, target=replace(target, path=Path(path).as_posix()))


def write_config(config: Config, path: Path, *, overwrite: bool = False) -> None:
    """Write a config to a file, to be read back with the same version.

    Raises:
        UsageError: where a file of that name is there and may not be overwritten.
        WorkspaceError: where the folder cannot be written.
    """
    from tiebreak.datasets.yamlwriting import to_yaml

    if path.exists() and not overwrite:
        raise UsageError(f"There is already a config in {path}.", hint="Choose another name.")
    try:
        write_whole(path, to_yaml(written(config)))
    except (OSError, ValueError) as problem:
        reason = (problem.strerror if isinstance(problem, OSError) else None) or str(problem)
        raise WorkspaceError(f"The config cannot be saved: {reason}.", path=str(path)) from None


def file_name(name: str) -> str:
    """A name as the stem of a file: letters, digits, `.`, `_` and `-`, not hidden, not too long."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "config"
