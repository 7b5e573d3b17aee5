"""Setup: every key, every line, previews, wrong files, building configs, and what an empty folder offers."""

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, TextArea

from support.app import Seat, sit_down, stored_session
from support.model_server import ModelServer
from support.workspaces import make_workspace
from tiebreak.records import ROLES
from tiebreak_tui.dialogs.build_config import BuildConfigDialog
from tiebreak_tui.dialogs.confirm import TellDialog
from tiebreak_tui.dialogs.number import NumberDialog
from tiebreak_tui.dialogs.pick import PickDialog
from tiebreak_tui.dialogs.spot import SpotDialog
from tiebreak_tui.dialogs.welcome import WelcomeDialog
from tiebreak_tui.screens.arena import ArenaScreen
from tiebreak_tui.screens.setup import SetupScreen
from tiebreak_tui.widgets.fuzzy_list import FuzzyPicker
from tiebreak_tui.wishes import Wishes
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Workbench


async def mark(seat: Seat, key: str) -> None:
    """Move to a line of Setup."""
    choices = seat.setup.query_one("#choices", OptionList)
    target = choices.get_option_index(key)
    choices.focus()
    assert choices.highlighted is not None
    step = "down" if target > choices.highlighted else "up"
    await seat.press(*[step] * abs(target - choices.highlighted))


async def change(seat: Seat, key: str, *keys: str) -> None:
    """Change a line of Setup by keys, and wait until that is read."""
    await mark(seat, key)
    before = seat.setup.choosing
    await seat.press("enter")
    await seat.until(lambda: seat.app.screen is not seat.setup)
    await seat.press(*keys)
    await seat.reaches(SetupScreen)
    await seat.until(lambda: seat.setup.choosing is not before)


async def test_lines_are_changed_by_typing_part_of_a_name_even_with_a_typo(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    (folder / "configs" / "broken.yaml").write_text("target: {kind: model, modle: x}\n")
    async with sit_down(folder) as seat:
        await seat.ready()
        # A broken file is never passed over: it is most likely the one that is being worked on.
        await seat.sees("Baseline A   plain", "Candidate B  broken ✘ configs/broken.yaml:1: target.modle")
        await mark(seat, "candidate")
        await seat.sees("Did you mean “model”?")
        await seat.press("enter")
        picker = (await seat.reaches(PickDialog)).query_one(FuzzyPicker)
        await seat.sees("3 of 3", "broken", "plain", "warm")
        await seat.write("plian")
        await seat.until(lambda: picker.highlighted is not None and picker.highlighted.key == "plain")
        await seat.sees("recordings/plain.jsonl")
        await seat.press("enter")
        await seat.sees("Candidate B  plain")
        # A broken file is listed with what is wrong with it, and refused.
        await mark(seat, "candidate")
        await seat.press("enter")
        await seat.reaches(PickDialog)
        await seat.write("broken")
        await seat.sees("modle", "model")
        await seat.press("enter")
        await seat.until(lambda: "modle" in seat.toasts)
        assert isinstance(seat.app.screen, PickDialog)
        await seat.press("escape")
        await seat.reaches(SetupScreen)
        await seat.sees("Candidate B  plain")


async def test_a_broken_config_keeps_its_place_until_it_is_mended(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    sound = (folder / "configs" / "warm.yaml").read_text()
    (folder / "configs" / "warm.yaml").write_text("target: [\n")
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.sees("Baseline A   plain", "Candidate B  warm ✘ configs/warm.yaml")
        await seat.press("ctrl+s")
        await seat.reaches(TellDialog)
        await seat.sees("configs/warm.yaml")
        await seat.press("enter")
        await seat.reaches(SetupScreen)
        (folder / "configs" / "warm.yaml").write_text("name: cosy\n" + sound)
        await seat.press("ctrl+r")
        await seat.sees("Baseline A   plain", "Candidate B  cosy recorded answers")
        await seat.press("ctrl+s")
        arena = await seat.reaches(ArenaScreen)
        assert [config.name for config in arena.stored.configs.values()] == ["plain", "cosy"]


async def test_a_prompt_that_does_not_fit_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    config = folder / "configs" / "warm.yaml"
    sound = config.read_text()
    config.write_text(sound + "prompt:\n  user: |\n    Be warm.\n    {{ contxts }}\n")
    for wishes in (Wishes(), Wishes(dataset="small", baseline="plain", candidate="warm", start=True)):
        async with sit_down(folder, wishes) as seat:
            await seat.ready()
            if not wishes.start:
                await seat.sees("✘ B: configs/warm.yaml:3: prompt.user")
                await seat.press("ctrl+s")
            await seat.reaches(TellDialog)
            await seat.sees("Line 2 of the template", "“contxts” is unknown", "“contexts”?", "for any case")
            await seat.press("enter")
            await seat.reaches(SetupScreen)
            config.write_text(sound + "prompt: {user: 'Be warm. {{ contexts }}'}\n")
            await seat.press("ctrl+r")
            await seat.until(lambda: "✘" not in seat.text)
            await seat.press("ctrl+s")
            await seat.reaches(ArenaScreen)
            await seat.answered()
            assert {a.response.status for a in seat.arena.exchange.answers.values() if a.response} == {"ok"}
            config.write_text(sound + "prompt:\n  user: |\n    Be warm.\n    {{ contxts }}\n")


@pytest.mark.parametrize("size", [(40, 10), (80, 24)])
async def test_every_line_of_setup_takes_one_row_beside_earlier_sessions(tmp_path: Path, size: tuple[int, int]) -> None:
    folder = make_workspace(tmp_path / "ws")
    with Workbench.open(folder) as bench:
        load = bench.workspace
        configs = load.load_config("plain"), load.load_config("warm")
        setup = Setup(
            dataset=load.load_dataset("small"),
            baseline=configs[0],
            candidate=configs[1],
            policy=load.load_policy("ship"),
        )
        bench.start(setup)
    async with sit_down(folder, size=size) as seat:
        await seat.ready()
        choices = seat.setup.query_one("#choices", OptionList)
        await seat.until(lambda: choices.virtual_size.height == choices.option_count == 10)
        await seat.sees("plain vs warm")
        if size == (80, 24):
            await seat.sees("Dataset      small", "▶ Start")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_footer_names_every_key_of_setup_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder, size=size) as seat:
        await seat.ready()
        await seat.sees("ctrl+s Start", "⏎ Choose", "b Build", "w Swap", "r Resume")
        await seat.sees("ctrl+r Reload", "q Quit", "? Help")
        await seat.sees("Segment      all", "cases of bye, greet")
        await change(seat, "segment", "down", "down", "enter")
        await seat.sees("Segment      greet only its cases, 2 of 6")


async def test_segment_cases_and_seed(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder) as seat:
        await seat.ready()
        await change(seat, "segment", "down", "down", "enter")
        await seat.sees("Segment      greet", "2 of 2")
        await mark(seat, "cases")
        await seat.press("enter")
        await seat.reaches(NumberDialog)
        for bad in ("7", "0", "-1", ""):
            field = seat.app.screen.query_one(Input)
            await seat.press(*["backspace"] * (len(field.value) + 1))
            await seat.write(bad)
            await seat.press("enter")
            await seat.sees("A whole number from 1 to 2 is needed.")
        await seat.press("backspace", "1", "enter")
        await seat.sees("Cases        1 of 2")
        await change(seat, "seed", "backspace", "4", "2", "enter")
        await seat.sees("Seed         42")
        await seat.press("ctrl+s")
        arena = await seat.reaches(ArenaScreen)
        assert (len(arena.live.cases), arena.live.cases[0].segment) == (1, "greet")
        assert arena.stored.session.plan.seed == 42


async def test_swap_reload_and_resume_by_key(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.press("r")
        await seat.sees("There is no earlier session yet.")
        await seat.press("w")
        await seat.sees("Baseline A   warm", "Candidate B  plain")
        await mark(seat, "baseline")
        config = folder / "configs" / "warm.yaml"
        config.write_text(config.read_text() + "description: Edited just now.\n")
        await seat.press("ctrl+r")
        await seat.sees("Edited just now.")
        config.write_text("target: [\n")
        await seat.press("ctrl+r")
        await seat.sees("✘", "warm.yaml")
        await seat.press("ctrl+s")
        await seat.reaches(TellDialog)
        await seat.sees("That cannot be done", "warm.yaml")
        await seat.press("enter")
        await seat.reaches(SetupScreen)
        await seat.press("q")
    assert seat.app.return_code == 0


async def test_what_starts_is_what_was_chosen_however_fast_the_keys_came(tmp_path: Path) -> None:
    async with sit_down(make_workspace(tmp_path / "ws")) as seat:
        await seat.ready()
        for at, key in enumerate(("w", "w", "w", "ctrl+s")):
            seat.send(key, 2.0 * at)
        arena = await seat.reaches(ArenaScreen)
        assert [arena.stored.configs[role].name for role in ROLES] == ["warm", "plain"]


async def test_a_config_is_built_from_a_model_and_a_typed_prompt(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    (folder / "prompt.txt").write_text("From a file. {{ input }}\n")
    async with sit_down(folder) as seat:
        await seat.ready()
        await seat.press("b")
        dialog = await seat.reaches(BuildConfigDialog)
        await seat.press("ctrl+s")
        await seat.sees("The config needs a name.")
        await seat.write("typed x t")
        await seat.press("tab")
        await seat.write("any-model")
        await seat.press("tab")
        await seat.write("http://127.0.0.1:9/v1")
        await seat.press("tab", "tab")
        await seat.write("warm")
        await seat.press("ctrl+s")
        await seat.sees("temperature is “warm”, which is not a number.")
        dialog.query_one("#temperature", Input).value = "0.5"
        dialog.query_one("#system", TextArea).text = "Be {{ nothing"
        await seat.press("ctrl+s")
        await seat.sees("prompt.system, line 1: Unexpected end of template")
        dialog.query_one("#system", TextArea).text = "Be kind."
        await seat.press("ctrl+s")
        await seat.reaches(SetupScreen)
        await seat.sees("Candidate B  typed x t any-model")
        assert "Be kind." in (folder / "configs" / "typed-x-t.yaml").read_text()

        await mark(seat, "baseline")
        await seat.press("b")
        dialog = await seat.reaches(BuildConfigDialog)
        await seat.write("filed")
        dialog.query_one("#model", Input).value = "any-model"
        dialog.query_one("#base_url", Input).value = "http://127.0.0.1:9/v1"
        dialog.query_one("#prompt_file", Input).value = "nowhere.txt"
        await seat.press("ctrl+s")
        await seat.until(lambda: "nowhere.txt" in seat.text)
        dialog.query_one("#prompt_file", Input).value = "prompt.txt"
        await seat.press("ctrl+s")
        await seat.reaches(SetupScreen)
        await seat.sees("Baseline A   filed any-model")
        assert "From a file." in (folder / "configs" / "filed.yaml").read_text()


@pytest.mark.parametrize("size", [(40, 10), (80, 24)])
async def test_what_a_dialog_refuses_is_in_sight_on_a_low_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    async with sit_down(make_workspace(tmp_path / "ws"), size=size) as seat:
        await seat.ready()
        await seat.press("b")
        await seat.reaches(BuildConfigDialog)
        await seat.press("ctrl+s")
        await seat.sees("The config needs a name.")


async def test_an_empty_folder_offers_its_ways_on_the_smallest_screen(tmp_path: Path) -> None:
    async with sit_down(tmp_path, size=(40, 10)) as seat:
        await seat.reaches(WelcomeDialog)
        await seat.sees("Try the sample", "Spot check")
        await seat.press("down", "enter")
        await seat.reaches(SpotDialog)
        await seat.press("ctrl+s")
        await seat.sees("Two models and a question", "Model A")


@pytest.mark.parametrize("offer", ["sample", "spot", "init"])
async def test_an_empty_folder_offers_ways_to_begin(tmp_path: Path, offer: str) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    async with ModelServer() as server, sit_down(folder, environ={"OPENAI_API_KEY": "sk-test"}) as seat:
        await seat.reaches(WelcomeDialog)
        await seat.sees("Try the sample", "Spot check", "Start a workspace here")
        await seat.sees("workspace yet.", folder.name)
        await seat.press(*["down"] * ["sample", "spot", "init"].index(offer), "enter")
        if offer == "spot":
            dialog = await seat.reaches(SpotDialog)
            await seat.press("ctrl+s")
            await seat.sees("Two models and a question are needed.")
            for name, value in (("a", "normal?words=3"), ("b", "echo"), ("base_url", server.base_url)):
                dialog.query_one(f"#{name}", Input).value = value
            dialog.query_one("#question", TextArea).text = "Is this a spot check?"
            await seat.press("ctrl+s")
            await seat.reaches(ArenaScreen)
            await seat.answered()
            await seat.sees("Is this a spot check?", "The quick brown")
            await seat.press("right")
            await seat.saved()
            assert stored_session(folder).session.kind == "spot", "it is kept in this folder"
        else:
            await seat.reaches(SetupScreen)
            await seat.ready()
            await seat.sees("▶ Start")
            await seat.until(lambda: seat.setup.choosing is not None and seat.setup.choosing.candidate is not None)
            if offer == "sample":
                await seat.press("ctrl+s")
                await seat.reaches(ArenaScreen)
                await seat.sees("case 1/88")
