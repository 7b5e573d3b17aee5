"""Notices that another model answers than at the start: its answers are another config's until someone says so."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drift:
    """What one arm was served by besides the model it began with."""

    began: str
    """The served model that the arm's answers are pooled under."""
    since: tuple[str, ...]
    """Served models whose answers are held back until they are acknowledged."""
    cases: int
    """Cases held back."""


class ServedModels:
    """The models that served one arm, whatever the order in which that is learnt."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        """The id of its earliest answer, by model."""
        self._acknowledged: set[str] = set()

    def add(self, model: str, response_id: str) -> bool:
        """Take note of an answer; ids sort by time. Says whether other answers are pooled now than before."""
        began = self.began
        self._first[model] = min(response_id, self._first.get(model, response_id))
        return began is not None and began != self.began

    def acknowledge(self, model: str) -> None:
        """Pool the answers of this model with the others."""
        self._acknowledged.add(model)

    @property
    def began(self) -> str | None:
        """The model that gave the first answer."""
        return min(self._first, key=lambda model: (self._first[model], model), default=None)

    def pooled(self, model: str | None) -> bool:
        """Whether answers of this model count. Where it is not known, there is nothing to go by."""
        return model is None or len(self._first) < 2 or model == self.began or model in self._acknowledged

    @property
    def held(self) -> tuple[str, ...]:
        return tuple(sorted(model for model in self._first if not self.pooled(model)))
