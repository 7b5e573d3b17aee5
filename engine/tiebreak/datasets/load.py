"""From a dataset's folder or file to its card and cases."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tiebreak.datasets.card import CARD, CASES, CardFile, FieldMap, card_from, read_card
from tiebreak.datasets.cases import case_from, check_segment
from tiebreak.datasets.foreign import content_id, mapped_row
from tiebreak.datasets.reading import Located, read_document
from tiebreak.datasets.tables import DOCUMENTS, SUFFIXES, document_rows, read_rows
from tiebreak.errors import DatasetError, InputError
from tiebreak.records import Case, Dataset, DatasetCard

MADE_IDS = "The ids were made from the content of each row: a row that is edited becomes another case."


@dataclass(frozen=True, slots=True)
class Source:
    """Where the cases of a dataset come from."""

    card: CardFile
    cases: Path
    bare: bool
    document: Located | None = None
    """The list of cases, where it stands in the same document as the card."""

    @property
    def foreign(self) -> bool:
        return self.bare or self.card.fields is not None

    def rows(self) -> Iterator[Located]:
        return document_rows(self.document) if self.document else read_rows(self.cases, DatasetError)

    def case(self, row: Located) -> tuple[Case, bool]:
        """The case of a row, and whether its id had to be made."""
        row, made = self.mapped(row)
        case = case_from(row)
        check_segment(case, self.card.card, row)
        if self.card.checks:
            every = {spec.id: spec for spec in (*self.card.checks, *case.checks)}
            case = replace(case, checks=tuple(every.values()))
        return case, made

    def mapped(self, row: Located) -> tuple[Located, bool]:
        """A row under the names of a case, and whether its id had to be made.

        Raises:
            InputError: of the row's kind, where the input is not found.
        """
        if not self.foreign:
            return row, False
        mapping = mapped_row(row, self.card.fields)
        made = "id" not in mapping
        return row.holding({"id": content_id(mapping), **mapping} if made else mapping), made


def load_dataset(path: Path, fields: FieldMap | None = None) -> Dataset:
    """The dataset in a folder (`dataset.yaml` beside `cases.jsonl`), or in a bare .jsonl, .csv, .yaml or .json file.

    In a bare file, and where the card has `fields:`, the fields are found by the map or by their usual names (`input`,
    `question`, `prompt`, `query`; `reference`, `ideal`, `answer`, `expected`, `target`; `id`, `case_id`), what is left
    over becomes metadata, and rows without an id get one made from their content. `cases.jsonl` is taken strictly.

    Raises:
        DatasetError: naming file, line and field: for what cannot be read, unknown keys, two cases with one id, a
            segment that the card does not list, and a dataset without cases.
    """
    source = source_of(path, fields)
    cases: dict[str, Case] = {}
    made_ids = 0
    for row in source.rows():
        case, made = source.case(row)
        if case.id in cases:
            raise _twice(case, made, row, source)
        cases[case.id] = case
        made_ids += made
    if not cases:
        raise DatasetError(
            "The dataset holds no case.", path=str(source.cases), hint='A case is a line {"id": "a", "input": "Hello"}.'
        )
    card = source.card.card
    if made_ids:
        card = replace(card, description=f"{card.description} {MADE_IDS}" if card.description else MADE_IDS)
    return Dataset(card=card, cases=tuple(cases.values()))


def iter_cases(path: Path, fields: FieldMap | None = None) -> Iterator[Case]:
    """The cases one by one, as `load_dataset` would give them, in constant memory for .jsonl and .csv.

    Two cases with one id are not noticed: that needs all ids at hand.

    Raises:
        DatasetError: when it comes to what cannot be read.
    """
    source = source_of(path, fields)
    return (source.case(row)[0] for row in source.rows())


def load_card(path: Path) -> DatasetCard:
    """The card alone, without reading the cases of a folder or of a bare .jsonl or .csv file.

    Raises:
        DatasetError: as `load_dataset`, for the card and for cases that are not there.
    """
    return source_of(path, None).card.card


def source_of(path: Path, fields: FieldMap | None = None) -> Source:
    """Where the cases at a path come from, and their card; the cases are not read, but for a document's.

    Raises:
        DatasetError: as `load_dataset`, for the card and for cases that are not there.
    """
    if path.name == CARD:
        path = path.parent
    if path.is_dir():
        source = _folder(path)
    elif path.suffix.lower() not in SUFFIXES and path.exists():
        known = ", ".join(SUFFIXES)
        raise DatasetError("The file is no dataset.", path=str(path), hint=f"Known endings are {known}.")
    elif path.suffix.lower() in DOCUMENTS:
        source = _document(path)
    else:
        card = DatasetCard(name=path.stem, description=f"Read from {path.name}.")
        source = Source(CardFile(card=card), path, bare=True)
    return replace(source, card=replace(source.card, fields=fields)) if fields else source


def _folder(folder: Path) -> Source:
    card = read_card(folder / CARD)
    found = [file for suffix in SUFFIXES if (file := folder / f"cases{suffix}").exists()]
    if len(found) > 1:
        names = " and ".join(file.name for file in found)
        raise DatasetError(f"There are both {names}.", path=str(folder), hint="Keep one of them.")
    return Source(card, found[0] if found else folder / CASES, bare=bool(found) and found[0].suffix != ".jsonl")


def _document(path: Path) -> Source:
    """A YAML or JSON file: a list of cases, or a card with the list under `cases`."""
    source = read_document(path, DatasetError)
    if source.mapping is None:
        card = CardFile(card=DatasetCard(name=path.stem, description=f"Read from {path.name}."))
        return Source(card, path, bare=True, document=source)
    keys = dict(source.mapping)
    if "cases" not in keys:
        raise source.refuse("There are no cases here.", ("cases",), "The file is a list of cases, or has `cases:`.")
    cases = source.at(("cases",), keys.pop("cases"))
    return Source(card_from(source.holding(keys), path.stem), path, bare=True, document=cases)


def _twice(case: Case, made: bool, row: Located, source: Source) -> InputError:
    """Both lines are named; the first is looked for only now, so that a good file is not slowed by it."""
    first = next(earlier.line(()) for earlier in source.rows() if source.case(earlier)[0].id == case.id)
    if made:
        message, hint = f"The row says the same as line {first}.", "Remove one of the two, or give both an id."
    else:
        message, hint = f"The id “{case.id}” is already used in line {first}.", "Give each case an id of its own."
    return row.refuse(message, ("id",), hint)
