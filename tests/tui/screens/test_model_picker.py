"""The list of models: figures in columns, the unknown left blank, found by typing, put into the field it came from."""

from pathlib import Path

import pytest
from textual.widgets import Input

from support.app import Seat, sit_down
from support.workspaces import make_workspace
from tiebreak.records import Price
from tiebreak.targets.prices import ModelInfo
from tiebreak_tui.dialogs.build_config import BuildConfigDialog
from tiebreak_tui.dialogs.model_rows import about, header, model_item, tokens
from tiebreak_tui.dialogs.models import ModelPicker
from tiebreak_tui.dialogs.spot import SpotDialog
from tiebreak_tui.widgets.fuzzy_list import FuzzyPicker

FULL = ModelInfo(
    id="openai/full",
    provider="openai",
    context_window=1_047_576,
    max_output=32_768,
    price=Price(input=0.4, output=1.6),
    capabilities=frozenset({"tools", "schema"}),
)
BARE = ModelInfo(id="openai/bare", provider="openai")


@pytest.mark.parametrize("wide", [False, True])
def test_columns_are_equally_wide_and_the_unknown_is_blank(wide: bool) -> None:
    rows = [model_item(info, ready=True, wide=wide).hint for info in (FULL, BARE)]
    assert {len(row) for row in rows} == {len(header(wide=wide))}
    assert rows[0].split() == ["1.05M", *(("tools", "schema") if wide else ("T", "S")), "0.40", "1.60"]
    assert rows[1].strip() == ""


def test_figures_of_a_model_in_words() -> None:
    assert about(FULL, "OpenAI", "") == (
        "openai/full · OpenAI · 1.05M tokens of context, answers up to 33k · tools, schema · "
        "$0.40 in, $1.60 out per million tokens"
    )
    assert about(BARE, "OpenAI", "OPENAI_API_KEY") == (
        "openai/bare · OpenAI · price unknown · OPENAI_API_KEY is not set"
    )
    counts = (None, 512, 8_192, 128_000, 999_999, 2_000_000, 10_485_760)
    assert [tokens(count) for count in counts] == ["", "512", "8k", "128k", "1M", "2M", "10.49M"]


async def listed(seat: Seat, dialog: BuildConfigDialog | SpotDialog) -> ModelPicker:
    """Open the list from the focused field, once it is read."""
    field = dialog.focused
    assert isinstance(field, Input)
    await seat.until(lambda: field.suggester is not None)
    await seat.press("down")
    return await seat.reaches(ModelPicker)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_model_is_found_by_typing_and_taken(tmp_path: Path, size: tuple[int, int]) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder, size=size, environ={"ANTHROPIC_API_KEY": "sk-ant-test"}) as seat:
        await seat.ready()
        await seat.press("b")
        dialog = await seat.reaches(BuildConfigDialog)
        await seat.press("tab")
        picker = (await listed(seat, dialog)).query_one(FuzzyPicker)
        await seat.sees("$in/M", "$out/M", "ctx")
        # Of both lanes, those that could be asked first.
        assert picker.highlighted is not None
        assert picker.highlighted.key.startswith("anthropic/")
        await seat.write("openai/gpt-4.1-mini")
        await seat.until(lambda: picker.highlighted is not None and picker.highlighted.key == "openai/gpt-4.1-mini")
        await seat.sees("1.05M", "0.40", "1.60", "OPENAI_API_KEY")
        rows = [row for row in seat.terminal.rows if "▶ openai/gpt-4.1-mini" in row]
        heads = next(row for row in seat.terminal.rows if "$out/M" in row)
        assert rows
        assert {row.rindex("1.60") + len("1.60") for row in rows} == {heads.rindex("$out/M") + len("$out/M")}
        await seat.press("enter")
        await seat.reaches(BuildConfigDialog)
        assert dialog.query_one("#model", Input).value == "openai/gpt-4.1-mini"


async def test_esc_leaves_the_field_as_it_was_and_other_fields_have_no_list(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder) as seat:
        await seat.ready()
        seat.setup.action_spot()
        dialog = await seat.reaches(SpotDialog)
        await seat.until(lambda: dialog.query("#b"))
        dialog.query_one("#b", Input).focus()
        await seat.write("mine")
        await listed(seat, dialog)
        await seat.press("escape")
        await seat.reaches(SpotDialog)
        assert dialog.query_one("#b", Input).value == "mine"
        dialog.query_one("#base_url", Input).focus()
        await seat.press("down")
        assert seat.app.screen is dialog


async def test_a_wrong_parameter_is_refused_where_it_is_typed(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.press("b")
        dialog = await seat.reaches(BuildConfigDialog)
        for name, value in (("name", "x"), ("model", "m"), ("base_url", "http://127.0.0.1:9/v1"), ("max_tokens", "-4")):
            dialog.query_one(f"#{name}", Input).value = value
        await seat.press("ctrl+s")
        await seat.sees("max_tokens: Expected a whole number, 1 or more, not -4.")
