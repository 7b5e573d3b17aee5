"""The right dialog for each line of Setup, and the choices that come of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tiebreak.search import rank
from tiebreak_tui.dialogs.number import NumberDialog
from tiebreak_tui.dialogs.pick import PickDialog
from tiebreak_tui.screens import setup_text
from tiebreak_tui.widgets.fuzzy_list import PickItem

if TYPE_CHECKING:
    from tiebreak.workspace import Entry
    from tiebreak_tui.app import TiebreakApp
    from tiebreak_workbench.starting.choosing import Choices, Choosing

ALL = "\0all"
HIGHEST_SEED = 2**31
FOUND = 500
"""Matches shown at most; who sees more than that types on."""


def choose(app: "TiebreakApp", choosing: "Choosing", key: str, chosen: "Callable[[Choices | None], None]") -> None:
    """Ask for a new value of one line; `chosen` gets the changed choices, or None."""
    choices = choosing.choices

    def with_name(name: str | None) -> None:
        value = None if name == ALL else name
        chosen(None if name is None else replace(choices, **{key: value}))

    def with_number(number: int | None) -> None:
        chosen(None if number is None else replace(choices, **{key: number}))

    workspace = choosing.workspace
    match key:
        case "dataset":

            def with_dataset(name: str | None) -> None:
                # Another dataset has other segments and another size.
                chosen(None if name is None else replace(choices, dataset=name, segment=None, cases=None))

            app.push_screen(_pick("Dataset", workspace.datasets, _previewer(choosing, key)), with_dataset)
        case "baseline" | "candidate":
            app.push_screen(_pick(setup_text.LABELS[key], workspace.configs, _previewer(choosing, key)), with_name)
        case "policy":
            app.push_screen(_pick("Policy", workspace.policies, _previewer(choosing, key)), with_name)
        case "judge":
            app.push_screen(_pick_judge(choosing), with_name)
        case "blind":
            chosen(replace(choices, blind=not choices.blind))
        case "segment":
            names = [PickItem(key=ALL, title="all segments"), *(PickItem(key=s, title=s) for s in choosing.segments)]
            app.push_screen(PickDialog("Segment", names, rank_texts), with_name)
        case "cases":
            pool = choosing.pool_size()
            ask = f"How many cases to plan, of {pool}. A gate's claim is about exactly these."
            app.push_screen(NumberDialog("Cases", ask, choices.cases or pool, 1, max(1, pool)), with_number)
        case _:
            ask = "The seed fixes the random order of the cases: the same seed, the same order."
            app.push_screen(NumberDialog("Seed", ask, choosing.seed, 0, HIGHEST_SEED), with_number)


def rank_texts(query: str, texts: Sequence[str]) -> list[int]:
    """Indexes of the texts that match, best first."""
    return [match.item for match in rank(query, range(len(texts)), key=texts.__getitem__, limit=FOUND)]


def _pick(heading: str, entries: "Sequence[Entry]", preview: Callable[[str], str]) -> PickDialog:
    return PickDialog(heading, _items(entries), rank_texts, preview)


def _items(entries: "Sequence[Entry]") -> list[PickItem]:
    return [
        PickItem(key=entry.name, title=entry.name, detail=entry.title, problem=str(entry.error) if entry.error else "")
        for entry in entries
    ]


def _pick_judge(choosing: "Choosing") -> PickDialog:
    """None, then the judges of the workspace, then those that come with Tiebreak."""
    from tiebreak.workspace.judges import shipped_judges

    own = choosing.workspace.judges
    items = [PickItem(key=ALL, title="none", detail="nobody but you judges"), *_items(own)]
    shipped = (judge for name, judge in shipped_judges().items() if name not in {entry.name for entry in own})
    items += [
        PickItem(key=judge.name, title=judge.name, detail=f"{judge.kind} · {judge.model_label}") for judge in shipped
    ]
    preview = _previewer(choosing, "judge")
    return PickDialog("Judge", items, rank_texts, lambda name: setup_text.NO_JUDGE if name == ALL else preview(name))


def _previewer(choosing: "Choosing", key: str) -> Callable[[str], str]:
    """Reads what a name stands for and says it in text, or says why it cannot be read."""
    from tiebreak_workbench.starting.choosing import Choosing

    def preview(name: str) -> str:
        trial = Choosing(
            choosing.workspace, replace(choosing.choices, **{key: name}), seed=choosing.seed, environ=choosing.environ
        )
        trial.resolve()
        if key == "judge":
            trial.remarks()  # which hold what it costs
        return setup_text.preview(trial, key).plain

    return preview
