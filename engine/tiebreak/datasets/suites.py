"""Suites: datasets that come with Tiebreak, copied into a workspace when they are wanted."""

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import cast

from tiebreak.checks.parse import nearest
from tiebreak.datasets.card import CARD
from tiebreak.datasets.load import load_card, load_dataset
from tiebreak.datasets.vary.chance import Chance
from tiebreak.datasets.vary.padding import padded
from tiebreak.datasets.writing import write_dataset
from tiebreak.errors import DatasetError, UsageError
from tiebreak.records import Case, Dataset, DatasetCard

SAFETY = "safety"
LONGEST = 2_000_000
"""Characters that a made input may have."""


def suites() -> Mapping[str, Path]:
    """Name, such as `safety/prompt-injection` → folder, sorted."""
    home = bundled(SAFETY)
    return {f"{SAFETY}/{card.parent.name}": card.parent for card in sorted(home.glob(f"*/{CARD}"))}


def suite_cards() -> Mapping[str, DatasetCard]:
    return {name: load_card(folder) for name, folder in suites().items()}


def load_suite(name: str) -> Dataset:
    """A suite with its long inputs made.

    Raises:
        UsageError: where there is none of this name.
    """
    known = suites()
    if name not in known:
        raise UsageError(f"There is no suite “{name}”.", hint=nearest(name, list(known)))
    dataset = load_dataset(known[name])
    return Dataset(card=dataset.card, cases=tuple(made_long(case) for case in dataset.cases))


def add_suite(name: str, datasets: Path) -> Path:
    """Copy a suite into the folder of a workspace's datasets; returns its folder there.

    Raises:
        UsageError: where there is none of this name.
        DatasetError: where it is there already, or cannot be written.
    """
    suite = load_suite(name)
    return write_dataset(datasets / suite.card.name, suite.card, suite.cases)


def made_long(case: Case) -> Case:
    """The case with the input that `metadata.long` asks for; without it, as it is.

    `chars` is the length, `at` where the question stands (0 first, 1 last), `repeat` a text to fill with in place of
    sentences about nothing much. What is made depends on nothing but the case.
    """
    if "long" not in case.metadata or not isinstance(case.input, str):
        return case
    long = cast("Mapping[str, object]", case.metadata["long"])
    chars, at, repeat = long.get("chars"), long.get("at", 0.5), long.get("repeat")
    if not isinstance(chars, int) or not isinstance(at, int | float) or not 0 < chars <= LONGEST or not 0 <= at <= 1:
        message = f"`long` wants `chars` up to {LONGEST} and `at` from 0 to 1."
        raise DatasetError(f"Case “{case.id}”: {message}", field="metadata.long")
    if isinstance(repeat, str) and repeat:
        room = max(0, chars - len(case.input) - 4)
        before, after = (_repeated(repeat, round(share * room)) for share in (at, 1 - at))
        return replace(case, input="\n\n".join(part for part in (before, case.input, after) if part))
    return replace(case, input=padded(case.input, chars, at, Chance("long", case.id)))


def _repeated(text: str, length: int) -> str:
    return (text * (length // len(text) + 1))[:length]


def bundled(name: str) -> Path:
    """A folder of the bundled data: inside the package once installed, at the root of a checkout otherwise.

    Raises:
        UsageError: where this installation came without it.
    """
    checkout = Path(__file__).parents[3]
    for home in (Path(str(files("tiebreak"))), checkout):
        if (home / "datasets" / name).is_dir():
            return home / "datasets" / name
    raise UsageError(f"This installation came without {name}.", hint="Install it again.")
