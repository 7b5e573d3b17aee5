"""Writes what of docs/checks.md and docs/formats.md is made from the code: checks, providers, tools, export lines.

    python docs/tables.py [--check]

Each stands between `<!-- NAME: made by docs/tables.py -->` and `<!-- end of NAME -->`. With `--check` nothing is
written; the exit code is 1 where a table is not what the code says.
"""

import dataclasses
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from tiebreak import records
from tiebreak.checks import check_kinds
from tiebreak.checks.describe import Description, as_yaml, describe
from tiebreak.imports import TOOLS
from tiebreak.records.judges import Judge, Judgment
from tiebreak.targets.providers import providers
from tiebreak_store import StoredGateOutcome

DOCS = Path(__file__).parent
EXPORTED: Mapping[str, tuple[type, tuple[str, ...]]] = {
    "session": (records.Session, ()),
    "draw": (records.Draw, ("case_id",)),
    "dataset": (records.DatasetCard, ("version",)),
    "dataset_case": (records.Case, ()),
    "config": (records.Config, ("role", "version")),
    "run": (records.Run, ("role",)),
    "policy": (records.Policy, ("version",)),
    "other_policy": (records.Policy, ("version",)),
    "check": (records.CheckSpec, ()),
    "judge": (Judge, ("version",)),
    "rater": (records.Rater, ()),
    "response": (records.Response, ()),
    "check_result": (records.CheckResult, ()),
    "presentation": (records.Presentation, ()),
    "ballot": (records.Ballot, ()),
    "judgment": (Judgment, ()),
    "gate_outcome": (StoredGateOutcome, ()),
    "event": (records.Event, ()),
}
"""Line type → its record, and what is added to the record's fields; in the order of the lines."""


def check_sections() -> str:
    described = [describe(check) for check in check_kinds().values()]
    rows = [(f"[`{one.kind}`](#{one.kind})", one.summary) for one in described]
    return "\n".join([_table(("kind", "passes when"), rows), *map(_check_section, described)])


def _check_section(one: Description) -> str:
    parts = [f"\n### {one.kind}\n", one.summary]
    parts += [f"\n{one.more}"] if one.more else []
    options = [
        (f"`{option.name}`", option.type, "(needed)" if option.needed else option.unless_given or "–")
        for option in one.options
    ]
    parts += [f"\n{_table(('option', 'is', 'unless given'), options)}"] if options else []
    parts.append(f"\n```yaml\n{as_yaml(one.example, flow=False)}\n```")
    parts += [f"\nwith {path}:\n\n```python\n{text.rstrip()}\n```" for path, text in one.files.items()]
    about = f"For a case with {one.about}:<br>" if one.about else ""
    parts.append(f"\n{about}✔ {_code(one.passes)}<br>✘ {_code(one.fails)}")
    return "\n".join(parts)


def _code(text: str) -> str:
    return f"``{text}``" if "`" in text else f"`{text}`"


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


def tools_table() -> str:
    rows = [(f"`{tool.name}`", tool.title, tool.comes, tool.stays) for tool in TOOLS.values()]
    return _table(("`--from`", "what is read", "what comes along", "what stays behind"), rows)


def export_table() -> str:
    rows = [
        (f"`{kind}`", ", ".join(f"`{name}`" for name in (*_fields(record), *added)))
        for kind, (record, added) in EXPORTED.items()
    ]
    return _table(("`type`", "fields"), rows)


PAGES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "checks.md": {"checks": check_sections},
    "formats.md": {"providers": provider_table, "tools": tools_table, "export": export_table},
}


def filled(name: str, page: str) -> str:
    """A page with everything made from the code as the code has it now.

    Raises:
        ValueError: where the place for it is missing.
    """
    for table, made in PAGES[name].items():
        begin, end = f"<!-- {table}: made by docs/tables.py -->", f"<!-- end of {table} -->"
        place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not place.search(page):
            raise ValueError(f"{name} has no place for the table “{table}”: {begin} … {end}")
        whole = f"{begin}\n{made()}\n{end}"
        page = place.sub(lambda _, whole=whole: whole, page)
    return page


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _fields(record: type) -> list[str]:
    return [field.name for field in dataclasses.fields(record)]


def main() -> int:
    stale = False
    for name in PAGES:
        path = DOCS / name
        page = path.read_text(encoding="utf-8")
        renewed = filled(name, page)
        if renewed == page:
            continue
        if "--check" in sys.argv[1:]:
            stale = True
            sys.stderr.write(f"{name} is not what the code says; run `python docs/tables.py`.\n")
        else:
            path.write_text(renewed, encoding="utf-8")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
