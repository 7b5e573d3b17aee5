"""Model names to suggest while one types, and the whole list to pick one from."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from tiebreak.sanitise import clean
from tiebreak_tui.dialogs.dialog import Dialog, Result
from tiebreak_tui.dialogs.model_rows import LEGEND, about, header, model_item
from tiebreak_tui.dialogs.pick import PickDialog
from tiebreak_tui.widgets.fuzzy_list import FuzzyPicker

if TYPE_CHECKING:
    from tiebreak.targets.prices import ModelInfo
    from tiebreak.targets.providers import Provider

WIDE = 140
"""Columns of the screen from which capabilities are written out."""


def model_list(environ: Mapping[str, str]) -> "list[ModelInfo]":
    """Known models: those whose key is present, then servers of one's own, then the rest. Reads the price list once."""
    from tiebreak.targets.litellm_lane.catalogue import all_providers
    from tiebreak.targets.prices import model_ids

    order = {
        name: 0 if provider.key_from(environ) else 1 if provider.local else 2
        for name, provider in all_providers().items()
    }
    return sorted(model_ids(), key=lambda model: order[model.provider])


class ModelPicker(PickDialog):
    """Every known model with its context window, what it can, and its price; dismissed with the id of one."""

    DEFAULT_CSS = """
    ModelPicker VirtualList { scrollbar-gutter: stable; }
    ModelPicker #heads { height: 1; text-align: right; padding: 0 1 0 0; color: $text-muted; }
    ModelPicker #about { height: 3; padding: 0 1; color: $text-muted; }
    """

    def __init__(self, models: "Sequence[ModelInfo]", environ: Mapping[str, str]) -> None:
        from tiebreak.targets.litellm_lane.catalogue import all_providers
        from tiebreak_tui.dialogs.choose import rank_texts

        super().__init__("Models", [], rank_texts)
        self._models = models
        self._by_id = {model.id: model for model in models}
        self._providers: Mapping[str, Provider] = all_providers()
        self._environ = environ
        self._wide: bool | None = None

    def body(self) -> ComposeResult:
        yield Static(id="heads", markup=False)
        yield from super().body()
        yield Static(id="about", markup=False)

    def on_resize(self) -> None:
        wide = self.size.width >= WIDE
        if wide == self._wide:
            return
        self._wide = wide
        self.query_one("#heads", Static).update(Content(header(wide=wide)))
        box = self.query_one(".dialog")
        box.border_title = Content("Models" if wide else f"Models    {LEGEND}")
        ready = {name: provider.ready(self._environ) for name, provider in self._providers.items()}
        items = [model_item(model, ready=ready[model.provider], wide=wide) for model in self._models]
        self.query_one(FuzzyPicker).set_items(items)

    @on(FuzzyPicker.Highlighted)
    def marked(self, event: FuzzyPicker.Highlighted) -> None:
        text = ""
        if event.item is not None:
            info = self._by_id[event.item.key]
            provider = self._providers[info.provider]
            missing = "" if provider.ready(self._environ) else next(iter(provider.key_env), "")
            text = about(info, provider.title, missing)
        self.query_one("#about", Static).update(Content(clean(text)))


class ModelDialog(Dialog[Result]):
    """A dialog whose inputs of class `model` suggest names, and list them all; they are read behind the screen."""

    BINDINGS = [Binding("down", "list_models", "Models", show=False, priority=True)]

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__()
        self.environ = environ
        self._models: Sequence[ModelInfo] = ()

    def on_mount(self) -> None:
        self._suggest()

    @work(thread=True, group="models")
    def _suggest(self) -> None:
        models = model_list(self.environ)
        self.app.call_from_thread(self._suggested, models)  # pyright: ignore[reportUnknownMemberType]  # App's open type

    def _suggested(self, models: "list[ModelInfo]") -> None:
        self._models = models
        names = [model.id for model in models]
        for field in self.query("Input.model").results(Input):
            field.suggester = SuggestFromList(names, case_sensitive=False)

    def action_list_models(self) -> None:
        """From a field for a model, open the list of all."""
        field = self.focused
        if not (isinstance(field, Input) and field.has_class("model")):
            raise SkipAction
        if not self._models:
            self.notify("The list of models is still being read.", markup=False)
            return

        def picked(name: str | None) -> None:
            if name is not None:
                field.value = name
                field.cursor_position = len(name)

        self.app.push_screen(ModelPicker(self._models, self.environ), picked)  # pyright: ignore[reportUnknownMemberType]
