"""A YAML or JSON file read whole."""

import json
from functools import partial
from pathlib import Path

from tiebreak.datasets.reading.files import read_text
from tiebreak.datasets.reading.jsontext import DuplicateKey, line_in_json, line_of_duplicate, read_json
from tiebreak.datasets.reading.located import Located
from tiebreak.errors import InputError


def read_document(path: Path, error: type[InputError]) -> Located:
    """The value in a .yaml, .yml or .json file.

    Raises:
        error: for a file that cannot be read, is empty, or is not YAML (not JSON, where its name says so).
    """
    text = read_text(path, error)
    located = _json(text, str(path), error) if path.suffix.lower() == ".json" else _yaml(text, str(path), error)
    if located.value is None:
        raise error("The file is empty.", path=str(path))
    return located


def _yaml(text: str, path: str, error: type[InputError]) -> Located:
    from tiebreak.datasets.reading.yamltext import YamlProblem, read_yaml

    try:
        value, spot = read_yaml(text)
    except YamlProblem as problem:
        raise problem.error(path, error) from None
    return Located(value, path, error, spot.line_of)


def _json(text: str, path: str, error: type[InputError]) -> Located:
    if not text.strip():
        return Located(None, path, error, lambda _: 1)
    try:
        value = read_json(text)
    except json.JSONDecodeError as problem:
        message = f"This is not JSON: {problem.msg} at column {problem.colno}."
        raise error(message, path=path, line=problem.lineno) from None
    except DuplicateKey as problem:
        message = f"The key “{problem.key}” stands twice in one object."
        line = line_of_duplicate(text)
        raise error(message, path=path, line=line, field=problem.key, hint="Keep one of the two.") from None
    except ValueError as problem:
        raise error(f"This JSON cannot be used: {problem}.", path=path) from None
    return Located(value, path, error, partial(line_in_json, text))
