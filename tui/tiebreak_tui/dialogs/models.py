"""Model names to suggest while one types."""

from collections.abc import Mapping

from textual import work
from textual.suggester import SuggestFromList
from textual.widgets import Input

from tiebreak_tui.dialogs.dialog import Dialog, Result


def model_names(environ: Mapping[str, str]) -> list[str]:
    """Known model ids, those whose key is present first. Reads the price list the first time."""
    from tiebreak.targets.litellm_lane.catalogue import all_providers
    from tiebreak.targets.prices import model_ids

    ready = {name for name, provider in all_providers().items() if provider.ready(environ)}
    return sorted((model.id for model in model_ids()), key=lambda name: name.partition("/")[0] not in ready)


class ModelDialog(Dialog[Result]):
    """A dialog whose inputs of class `model` suggest names; the long list is read behind the screen."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__()
        self.environ = environ

    def on_mount(self) -> None:
        self._suggest()

    @work(thread=True, group="models")
    def _suggest(self) -> None:
        names = model_names(self.environ)
        self.app.call_from_thread(self._suggested, names)  # pyright: ignore[reportUnknownMemberType]  # App's open type

    def _suggested(self, names: list[str]) -> None:
        for field in self.query("Input.model").results(Input):
            field.suggester = SuggestFromList(names, case_sensitive=False)
