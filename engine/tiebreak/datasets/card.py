"""`dataset.yaml`: the card of a dataset, and the map of its fields."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tiebreak.datasets.cases import checks_in
from tiebreak.datasets.reading import Located, read_document, read_record
from tiebreak.errors import DatasetError
from tiebreak.records import CheckSpec, DatasetCard
from tiebreak.records.cases import FORBID_UNKNOWN

CARD = "dataset.yaml"
CASES = "cases.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMap:
    """Where in a foreign row each field of a case is found, such as `messages.0.content`."""

    id: str | None = None
    input: str | None = None
    reference: str | None = None
    contexts: str | None = None
    expect: str | None = None
    kind: str | None = None
    segment: str | None = None
    tags: str | None = None
    checks: str | None = None
    metadata: str | None = None
    group: str | None = None
    accepted: str | None = None
    relevant: str | None = None
    points: str | None = None
    tool_calls: str | None = None

    __pydantic_config__: ClassVar[dict[str, object]] = FORBID_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFile:
    """What a card file holds."""

    card: DatasetCard
    fields: FieldMap | None = None
    """Given where the cases were not written for Tiebreak."""
    checks: tuple[CheckSpec, ...] = ()
    """Put to the answers to every case, as if each listed them."""


def read_card(path: Path) -> CardFile:
    """The card at `path`; its name is that of its folder unless it says another.

    Raises:
        DatasetError: naming file, line and field.
    """
    return card_from(read_document(path, DatasetError), path.absolute().parent.name)


def card_from(source: Located, name: str) -> CardFile:
    """The card that a mapping describes; `name` is its name unless it says another.

    Raises:
        InputError: of the source's kind.
    """
    if source.mapping is None:
        raise source.refuse("A card is a mapping: `name`, `title`, `task`, `segments` and so on.")
    keys = dict(source.mapping)
    fields = keys.pop("fields", None)
    checks = checks_in(source)
    keys.pop("checks", None)
    card = read_record(DatasetCard, source.holding({"name": name, **keys}), also={"": ("fields", "cases", "checks")})
    if card.metrics:
        _know_metrics(card, source)
    if not card.name.strip():
        raise source.refuse("The name is empty.", ("name",))
    field_map = None if fields is None else read_record(FieldMap, source.at(("fields",), fields))
    return CardFile(card=card, fields=field_map, checks=checks)


def _know_metrics(card: DatasetCard, source: Located) -> None:
    from tiebreak.metrics import find_metric  # not at start-up

    for index, metric in enumerate(card.metrics):
        try:
            find_metric(metric)
        except ValueError as unknown:
            raise source.refuse(str(unknown), ("metrics", index)) from None
