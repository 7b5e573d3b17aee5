"""Writes the tables of docs/formats.md that are made from the code: checks, providers, export lines.

    python docs/tables.py [--check]

Each stands between `<!-- NAME: made by docs/tables.py -->` and `<!-- end of NAME -->`. With `--check` nothing is
written; the exit code is 1 where a table is not what the code says.
"""

import dataclasses
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Literal, get_args, get_origin, get_type_hints

from tiebreak import records
from tiebreak.checks import Check, Example, check_kinds
from tiebreak.targets.providers import providers
from tiebreak_store import StoredGateOutcome

PAGE = Path(__file__).parent / "formats.md"
EXPORTED: Mapping[str, tuple[type, tuple[str, ...]]] = {
    "session": (records.Session, ()),
    "dataset": (records.DatasetCard, ("version",)),
    "dataset_case": (records.Case, ()),
    "config": (records.Config, ("role", "version")),
    "run": (records.Run, ("role",)),
    "policy": (records.Policy, ("version",)),
    "rater": (records.Rater, ()),
    "response": (records.Response, ()),
    "check_result": (records.CheckResult, ()),
    "presentation": (records.Presentation, ()),
    "ballot": (records.Ballot, ()),
    "gate_outcome": (StoredGateOutcome, ()),
    "event": (records.Event, ()),
}
"""Line type → its record, and what is added to the record's fields; in the order of the lines."""


def check_table() -> str:
    rows = [
        (f"`{kind}`", _prose(check), "<br>".join(_parameters(check)) or "–", _example(kind, check.example))
        for kind, check in check_kinds().items()
    ]
    return _table(("kind", "passes when", "parameters", "for example"), rows)


def provider_table() -> str:
    rows: list[tuple[str, ...]] = []
    for name, provider in providers().items():
        prefixes = ", ".join(f"`{prefix}/`" for prefix in (name, *provider.aliases))
        bare = ", ".join(f"`{beginning}…`" for beginning in provider.models)
        remarks = [f"a server of your own at `{provider.url}`; no key needed" if provider.local else ""]
        remarks += [f"names that begin with {bare} need no prefix" if bare else ""]
        remarks += [" ".join(provider.warning.split()) if provider.warning else ""]
        rows.append(
            (
                prefixes,
                provider.title,
                ", ".join(f"`{key}`" for key in provider.key_env),
                ", ".join(f"`{variable}`" for variable in provider.url_env),
                "; ".join(remark for remark in remarks if remark) or "–",
            )
        )
    return _table(("prefix", "provider", "key from", "address moved by", "remarks"), rows)


def export_table() -> str:
    rows = [
        (f"`{kind}`", ", ".join(f"`{name}`" for name in (*_fields(record), *added)))
        for kind, (record, added) in EXPORTED.items()
    ]
    return _table(("`type`", "fields"), rows)


TABLES: Mapping[str, Callable[[], str]] = {"checks": check_table, "providers": provider_table, "export": export_table}


def filled(page: str) -> str:
    """The page with every table as the code has it now.

    Raises:
        ValueError: where the place of a table is missing.
    """
    for name, table in TABLES.items():
        begin, end = f"<!-- {name}: made by docs/tables.py -->", f"<!-- end of {name} -->"
        place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not place.search(page):
            raise ValueError(f"{PAGE.name} has no place for the table “{name}”: {begin} … {end}")
        whole = f"{begin}\n{table()}\n{end}"
        page = place.sub(lambda _, whole=whole: whole, page)
    return page


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _fields(record: type) -> list[str]:
    return [field.name for field in dataclasses.fields(record)]


def _prose(check: type[Check]) -> str:
    return " ".join(inspect.cleandoc(check.__doc__ or "").split())


def _parameters(check: type[Check]) -> list[str]:
    hints = get_type_hints(check)
    found: list[str] = []
    for field in dataclasses.fields(check):
        needed = field.default is dataclasses.MISSING
        default = (
            "needed" if needed else "" if field.default in (None, ()) else f"`{json.dumps(field.default)}` unless given"
        )
        found.append(", ".join(part for part in (f"`{field.name}`: {_type(hints[field.name])}", default) if part))
    return found


def _type(hint: object) -> str:
    words: dict[object, str] = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
    if hint in words:
        return words[hint]
    options = [option for option in get_args(hint) if option not in (NoneType, ...)]
    if get_origin(hint) is Literal:
        return " or ".join(f"`{option}`" for option in options)
    if get_origin(hint) is tuple:
        return f"a list of {_type(options[0])}s"
    if isinstance(hint, UnionType) and len(options) == 1:
        return _type(options[0])
    raise TypeError(f"no word for {hint}")


def _example(kind: str, example: Example) -> str:
    written = json.dumps({"kind": kind, **example.params}, ensure_ascii=False)
    case = [f"reference “{example.reference}”" if example.reference is not None else ""]
    case += ["`expect: refuse`" if example.expect == "refuse" else ""]
    about = ", ".join(part for part in case if part)
    return (
        f"`{written}`{f' ({about})' if about else ''}<br>"
        f"✔ {json.dumps(example.passes, ensure_ascii=False)}<br>✘ {json.dumps(example.fails, ensure_ascii=False)}"
    )


def main() -> int:
    page = PAGE.read_text(encoding="utf-8")
    renewed = filled(page)
    if "--check" in sys.argv[1:]:
        if renewed != page:
            sys.stderr.write(f"{PAGE.name} is not what the code says; run `python docs/tables.py`.\n")
        return int(renewed != page)
    PAGE.write_text(renewed, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
