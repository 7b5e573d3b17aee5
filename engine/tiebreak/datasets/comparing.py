"""What differs between two versions of a dataset."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from tiebreak.datasets.cases import flat_case
from tiebreak.datasets.written import written
from tiebreak.records import Case, Dataset, Message

MAPPINGS = ("segments", "metadata")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field that says something else; a side is None where it is not given there."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """A case that is in both, and not the same."""

    id: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetDiff:
    """Two versions side by side; cases by id, in the order of the file they are in."""

    before: str
    after: str
    """The versions: SHA-256 of the content."""
    card: tuple[FieldChange, ...]
    added: tuple[Case, ...]
    removed: tuple[Case, ...]
    renamed: tuple[tuple[str, str], ...]
    """Old id and new id of cases that are the same but for it."""
    changed: tuple[CaseChange, ...]
    unchanged: int

    @property
    def same(self) -> bool:
        return self.before == self.after


def compare_datasets(before: Dataset, after: Dataset) -> DatasetDiff:
    """What was added, removed, renamed and changed from one version to the next. The order of cases says nothing."""
    gone = [case for case in before.cases if case.id not in after.by_id]
    new = [case for case in after.cases if case.id not in before.by_id]
    contents: dict[str, Case] = {_content(case): case for case in reversed(gone)}
    renamed: dict[str, str] = {}
    for case in new:
        old = contents.pop(_content(case), None)
        if old is not None:
            renamed[old.id] = case.id
    both = [(case, after.by_id[case.id]) for case in before.cases if case.id in after.by_id]
    changed = [
        CaseChange(id=old.id, fields=_changes(flat_case(old), flat_case(case))) for old, case in both if old != case
    ]
    taken = set(renamed.values())
    return DatasetDiff(
        before=before.version,
        after=after.version,
        card=_changes(written(before.card), written(after.card)),
        added=tuple(case for case in new if case.id not in taken),
        removed=tuple(case for case in gone if case.id not in renamed),
        renamed=tuple(renamed.items()),
        changed=tuple(changed),
        unchanged=len(both) - len(changed),
    )


def _content(case: Case) -> str:
    return json.dumps({**flat_case(case), "id": ""}, sort_keys=True)


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[FieldChange, ...]:
    """The fields that differ; entries of a mapping such as `segments` and `metadata` one by one."""
    changes: list[FieldChange] = []
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name in MAPPINGS:
            parts = _changes(cast("Mapping[str, object]", old or {}), cast("Mapping[str, object]", new or {}))
            changes += [FieldChange(field=f"{name}.{p.field}", before=p.before, after=p.after) for p in parts]
        else:
            changes.append(FieldChange(field=name, before=readable(old), after=readable(new)))
    return tuple(changes)


def readable(value: object) -> str | None:
    """A value of a written case as text to be compared: messages and passages one after another, the rest as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(_item(item) for item in cast("list[object]", value))
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _item(item: object) -> str:
    if isinstance(item, Mapping) and "role" in item:
        message = cast("Mapping[str, str]", item)
        return f"{message['role']}: {message['content']}"
    return item if isinstance(item, str) else json.dumps(item, ensure_ascii=False, sort_keys=True)


def text_of(input_: str | tuple[Message, ...]) -> str:
    """What is asked, as one text: the words of all messages but the system's, which many cases share."""
    if isinstance(input_, str):
        return input_
    return "\n".join(message.content for message in input_ if message.role != "system")
