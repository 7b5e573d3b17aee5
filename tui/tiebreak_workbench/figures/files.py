"""Reports on disk: what is asked for by format or by a file's ending, written whole or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tiebreak.checks.parse import nearest
from tiebreak.datasets.durable import write_whole
from tiebreak.errors import UsageError
from tiebreak.redaction import Redactor
from tiebreak.reports import FORMATS, SUFFIXES, Format, Report, render
from tiebreak.targets.providers import providers


class Wanted(NamedTuple):
    format: Format
    path: Path


def wanted_reports(texts: Iterable[str]) -> list[Wanted]:
    """From `FORMAT=PATH` or `PATH`, whose ending then says the format.

    Raises:
        UsageError: for a format that is none, a file that would be written twice, or a folder in its place.
    """
    found: list[Wanted] = []
    for text in texts:
        one = _wanted(text)
        if one.path.resolve() in [other.path.resolve() for other in found]:
            raise UsageError(f"{one.path} is asked for twice.", hint="Give each report a file of its own.")
        if one.path.is_dir():
            raise UsageError(f"{one.path} is a folder.", hint="Name a file in it.")
        found.append(one)
    return found


def _wanted(text: str) -> Wanted:
    name, equals, path = text.partition("=")
    for known in FORMATS:
        if equals and path and name == known:
            return Wanted(known, Path(path))
    known = SUFFIXES.get(Path(text).suffix.lower())
    if known is not None and not (equals and "/" not in name and "." not in name):
        return Wanted(known, Path(text))
    if equals and path:
        raise UsageError(f"There is no report “{name}”.", hint=nearest(name, list(FORMATS)))
    endings = ", ".join(SUFFIXES)
    raise UsageError(f"What report is “{text}”?", hint=f"Write FORMAT=PATH, or let the file end in {endings}.")


def write_reports(wanted: Sequence[Wanted], report: Report, environ: Mapping[str, str]) -> None:
    """Write every report, each file in one step, after all of them could be made. A file that is there is replaced.

    Keys that the environment holds are taken out.

    Raises:
        UsageError: where a file cannot be written.
    """
    names = {name for provider in providers().values() for name in provider.key_env}
    keys = [key for name in names if (key := environ.get(name, "").strip())]
    texts = [(path, _without(keys, render(format_, report))) for format_, path in wanted]
    for path, text in texts:
        try:
            write_whole(path.resolve(), text)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error


def _without(keys: Sequence[str], text: str) -> str:
    """A text without keys stays as it is: what only looks like one may be a field of JSON."""
    return Redactor(keys).redact(text) if any(key in text for key in keys) else text
