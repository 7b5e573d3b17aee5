"""What judges said of cases that the rater has not rated yet: no figure on screen moves by it."""

from collections.abc import Callable

from tiebreak.records.judges import Judge, Judgment


class Sealing:
    """Passes on what judges said, of each case once it is rated. What is passed on stays so."""

    def __init__(self, add: Callable[[Judge | Judgment], None], rated: Callable[[str], bool]) -> None:
        """`rated` says of a case whether its rater has given all that it asks."""
        self._add = add
        self._rated = rated
        self._known: set[str] = set()
        self._sealed: dict[str, list[Judgment]] = {}

    def take(self, said: Judge | Judgment) -> None:
        """A judgment that is handed over twice is passed on once."""
        if isinstance(said, Judge):
            self._add(said)
        elif said.id not in self._known:
            self._known.add(said.id)
            self._sealed.setdefault(said.case_id, []).append(said)
            self.open(said.case_id)

    def open(self, case_id: str) -> None:
        """Something was given for the case."""
        if case_id in self._sealed and self._rated(case_id):
            for judgment in self._sealed.pop(case_id):
                self._add(judgment)
