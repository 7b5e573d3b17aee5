"""`keys.toml`: the keys that a user has given to acts. What is right in it holds, whatever else is wrong in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tiebreak.errors import WorkspaceError
from tiebreak_tui.keys import BLIND, EVERYWHERE, PLACES, SETUP, SPOKEN_FOR, TRIAGE

KEYS = "keys.toml"


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """Keys by binding id, several of them parted by commas; and what is wrong with the lines that do not hold."""

    keys: Mapping[str, str]
    problems: tuple[WorkspaceError, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int
    id: str
    value: object


def read_own_keys(path: Path) -> OwnKeys:
    """The user's own keys; none where the file does not exist.

    The file holds lines such as `"vote.tie" = "space"`. A line does not hold that is no TOML, or names an unknown id, a
    key that cannot be given away, or a key that would then do two things in one place.
    """
    problems: list[WorkspaceError] = []
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return OwnKeys({})
    except (UnicodeDecodeError, OSError) as error:
        return OwnKeys({}, (WorkspaceError(f"These keys cannot be read: {error}.", path=str(path)),))
    entries: dict[str, _Entry] = {}
    for entry in _entries(text, path, problems):
        try:
            _check(entry, path)
            if entry.id in entries:
                first = entries[entry.id].line
                raise _wrong(entry, path, f"{entry.id} has its keys from line {first}.", "Leave one of the two lines.")
        except WorkspaceError as error:
            problems.append(error)
        else:
            entries[entry.id] = entry
    problems += _drop_clashes(entries, path)
    problems.sort(key=lambda problem: problem.line or 0)
    return OwnKeys({entry.id: str(entry.value) for entry in entries.values()}, tuple(problems))


def _entries(text: str, path: Path, problems: list[WorkspaceError]) -> Iterator[_Entry]:
    """Line by line, so that one that is no TOML spoils no other. `[vote]` stands for `vote.` before what follows it."""
    import tomllib  # where there is no such file, nobody waits for it

    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            found = list(_leaves(tomllib.loads(line)))
        except tomllib.TOMLDecodeError as error:
            reason = str(error).partition(" (at ")[0]
            hint = 'A line reads "vote.tie" = "space".'
            problems.append(WorkspaceError(f"This is no TOML: {reason}.", path=str(path), line=number, hint=hint))
            continue
        for names, value in found:
            if value is None:
                table = names
            else:
                yield _Entry(number, ".".join((*table, *names)), value)


def _leaves(entries: Mapping[str, object], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Values under the names that lead to them; an empty table, which a `[heading]` alone is, gives None."""
    if not entries and above:
        yield above, None
    for name, value in entries.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, name))  # pyright: ignore[reportUnknownArgumentType]  # tomllib's tables
        else:
            yield (*above, name), value


def _wrong(entry: _Entry, path: Path, message: str, hint: str | None = None) -> WorkspaceError:
    return WorkspaceError(message, path=str(path), line=entry.line, field=entry.id, hint=hint)


def _check(entry: _Entry, path: Path) -> None:
    """
    Raises:
        WorkspaceError: for an unknown id, and for keys that cannot be given to it.
    """
    known = [key.id for keys in PLACES.values() for key in keys]
    if entry.id not in known:
        raise _wrong(entry, path, f"There is no binding “{entry.id}”.", _nearest(entry.id, known))
    if not isinstance(entry.value, str) or not all(entry.value.split(",")):
        raise _wrong(entry, path, 'A key is written as text, such as "t", several as "t,space".')
    for key in entry.value.split(","):
        if key in SPOKEN_FOR:
            raise _wrong(entry, path, f"{key} is {SPOKEN_FOR[key]}.", "Choose another key.")


def _nearest(name: str, known: list[str]) -> str:
    from rapidfuzz import process

    match = process.extractOne(name, known, score_cutoff=60)
    return f"Did you mean “{match[0]}”?" if match else "Press ? for the ids."


def _drop_clashes(entries: dict[str, _Entry], path: Path) -> Iterator[WorkspaceError]:
    """Take out, one by one, the latest of the lines by which a key would do two things."""
    while clash := next(_clashes({entry.id: str(entry.value) for entry in entries.values()}), None):
        key, ids = clash
        late = max((entries[name] for name in ids if name in entries), key=lambda entry: entry.line)
        del entries[late.id]
        other = next(name for name in ids if name != late.id)
        message = f"The key {key} would be both {other} and {late.id}."
        yield _wrong(late, path, message, f"Choose another key, or give {other} another one.")


def _clashes(keymap: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    for keys in (SETUP, BLIND, TRIAGE):
        taken: dict[str, str] = {}
        for binding in (*keys, *EVERYWHERE):
            for key in keymap.get(binding.id, binding.keys).split(","):
                other = taken.setdefault(key, binding.id)
                if other != binding.id:
                    yield key, (other, binding.id)
