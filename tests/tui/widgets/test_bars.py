"""Gates, win rate and rubric: words and signs besides colours, in whatever room there is."""

from collections.abc import Callable, Sequence

import pytest
from textual.app import App, ComposeResult
from textual.content import Content

from support.hostile import HOSTILE
from support.terminal import capture_app
from tiebreak_tui.widgets.flow import flow
from tiebreak_tui.widgets.gate_bar import Chip, ChipStatus, GateBar
from tiebreak_tui.widgets.judge_bar import JudgeBar, JudgeNews
from tiebreak_tui.widgets.rubric import RubricBar, RubricRow
from tiebreak_tui.widgets.win_rate import Tally, WinRateBar, line

SIZES = [(40, 10), (80, 24), (120, 40), (200, 60)]
CHIPS = [
    Chip(label="Win rate ≥ 55 %", status="pending", needed="13 more wins of 22 cases"),
    Chip(label="Helpfulness ≥ 4", status="pass"),
    Chip(label="No harmful answers", status="fail", needed="1 found"),
    Chip(label="JSON", status="undecided", needed="more cases than there are"),
]
TALLY = Tally(rate=0.58, low=0.49, high=0.67, wins=31, ties=9, losses=18, both_bad=2, n=58, planned=80)
ROWS = [
    RubricRow(name="faithful", question="Is every claim supported?", low="invents", required=True, scores=(4, None)),
    RubricRow(name="tone", scores=(3, 5)),
]


class BarsApp(App[None]):
    def compose(self) -> ComposeResult:
        yield WinRateBar()
        yield GateBar()
        yield RubricBar()

    @property
    def gates(self) -> GateBar:
        return self.query_one(GateBar)

    @property
    def rubric(self) -> RubricBar:
        return self.query_one(RubricBar)

    @property
    def rate(self) -> WinRateBar:
        return self.query_one(WinRateBar)


async def test_chips_have_sign_and_word_and_the_chosen_one_says_what_it_needs() -> None:
    app = BarsApp()
    async with capture_app(app, (140, 24)) as terminal:
        app.gates.show(CHIPS)
        await terminal.pilot.pause()
        assert terminal.rows[1] == (
            " … pending Win rate ≥ 55 %  ✔ pass Helpfulness ≥ 4  [✘ fail No harmful answers]  ≈ undecided JSON"
        )
        assert terminal.rows[2] == " 3/4 ✘ fail · No harmful answers: 1 found"
        app.gates.move(-2)
        await terminal.pilot.pause()
        assert terminal.rows[2] == " 1/4 … pending · Win rate ≥ 55 %: 13 more wins of 22 cases"
        app.gates.note("version 3 of 4 tried on this set")
        await terminal.pilot.pause()
        assert terminal.rows[2].endswith("13 more wins of 22 cases · version 3 of 4 tried on this set")
        assert app.gates.chosen == CHIPS[0]
        app.gates.show(CHIPS[:3])
        assert app.gates.chosen == CHIPS[0], "a choice stays"


async def test_chips_that_do_not_fit_are_scrolled_to_the_chosen_one() -> None:
    app = BarsApp()
    async with capture_app(app, (60, 24)) as terminal:
        app.gates.show([Chip(label=f"Gate number {number}", status="pass") for number in range(20)])
        app.gates.move(-1)
        await terminal.pilot.pause()
        assert terminal.rows[1].startswith(" ‹")
        assert terminal.rows[1].endswith("[✔ Gate number 19]")
        assert terminal.rows[2] == " 20✔ · 20/20 ✔ pass · Gate number 19"


@pytest.mark.parametrize(("height", "rows"), [(24, 1), (40, 2), (60, 3)])
async def test_a_higher_screen_gives_chips_more_rows(height: int, rows: int) -> None:
    app = BarsApp()
    async with capture_app(app, (60, height)) as terminal:
        app.gates.show([Chip(label=f"Gate number {number}", status="pass") for number in range(20)])
        await terminal.until(lambda: app.gates.size.height == rows + 1)


async def test_a_low_screen_gets_counts_and_one_line() -> None:
    app = BarsApp()
    async with capture_app(app, (60, 10)) as terminal:
        app.gates.show(CHIPS)
        app.rubric.show(ROWS, 1)
        await terminal.pilot.pause()
        assert terminal.rows[1] == " 1✔ 1✘ 1… 1≈ · 3/4 ✘ fail · No harmful answers: 1 found"
        assert terminal.rows[2] == "  faithful* A 4 B –  ▶tone A 3 B 5"


async def test_no_gates_and_no_rubric_are_said_or_take_no_room() -> None:
    app = BarsApp()
    async with capture_app(app) as terminal:
        app.gates.show([])
        app.gates.move(1)
        app.rubric.show([], 0)
        await terminal.pilot.pause()
        assert app.gates.chosen is None
        assert terminal.rows[0] == " No case settled yet"
        assert terminal.rows[1].startswith(" No gates")
        assert app.rubric.size.height == 0


async def test_the_rubric_marks_the_current_dimension_and_asks_its_question() -> None:
    app = BarsApp()
    async with capture_app(app) as terminal:
        app.rubric.show(ROWS, 0)
        await terminal.pilot.pause()
        assert terminal.rows[2:4] == [
            " ▶faithful* A 4 B –   tone A 3 B 5",
            " Is every claim supported? · 1 = invents",
        ]
        app.rubric.show(ROWS, 1, ("left", "right"))
        await terminal.pilot.pause()
        assert terminal.rows[2:4] == [
            "  faithful* left 4 right –  ▶tone left 3 right 5",
            " Score tone from 1 to 5",
        ]


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (120, "B leads 58 %  [49–67 %]  ···········─┊●───·······  W 31 T 9 L 18  both bad 2  n 58/80"),
        (70, "B leads 58 %  [49–67 %]  W 31 T 9 L 18  both bad 2  n 58/80"),
        (50, "B leads 58 %  [49–67 %]  W 31 T 9 L 18  n 58/80"),
        (40, "B leads 58 %  [49–67 %]  n 58/80"),
        (24, "B leads 58 %  [49–67 %]"),
    ],
)
def test_the_win_rate_gives_up_what_matters_least(width: int, expected: str) -> None:
    assert line(TALLY, width).plain == expected


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        (Tally(rate=None, planned=80), "No case settled yet of 80"),
        (Tally(rate=0.5, n=2), "level 50 %  [0–100 %]  W 0 T 0 L 0  n 2"),
        (Tally(rate=0.42, low=0.3, high=0.6, losses=3, n=5), "A leads, B at 42 %  [30–60 %]  W 0 T 0 L 3  n 5"),
        (Tally(rate=0.42, low=0.3, high=0.6, n=5, names=None), "one side leads 58 %  [40–70 %]  n 5"),
        (Tally(rate=0.58, low=0.4, high=0.7, n=5, names=None), "one side leads 58 %  [40–70 %]  n 5"),
    ],
)
def test_who_leads_is_said_in_words(tally: Tally, expected: str) -> None:
    assert line(tally, 60).plain == expected


def test_a_blind_line_is_the_same_whichever_side_leads() -> None:
    ahead = Tally(rate=0.625, low=0.5, high=0.75, n=8, names=None)
    behind = Tally(rate=0.375, low=0.25, high=0.5, n=8, names=None)
    assert line(ahead, 200).plain == line(behind, 200).plain


def test_flow_keeps_items_whole_and_shows_that_there_are_more() -> None:
    items = [Content(word) for word in ("alpha", "beta", "gamma", "delta", "epsilon")]
    assert [row.plain for row in flow(items, 14, rows=9)] == ["alpha  beta", "gamma  delta", "epsilon"]
    assert [row.plain for row in flow(items, 14, rows=1)] == ["alpha  beta›"]
    assert [row.plain for row in flow(items, 14, rows=1, chosen=2)] == ["‹gamma  delta›"]
    assert [row.plain for row in flow(items, 14, rows=1, chosen=4)] == ["‹epsilon"]
    assert [row.plain for row in flow(items, 4, rows=1)] == ["al…›"]
    assert flow([], 10, rows=2) == []


STATUSES: Sequence[ChipStatus] = ("pass", "fail", "pending", "undecided", "sealed")


@pytest.mark.parametrize("size", SIZES)
async def test_no_hostile_text_reaches_the_terminal_and_every_row_fits(size: tuple[int, int]) -> None:
    app = BarsApp()
    async with capture_app(app, size) as terminal:
        app.rate.show(TALLY)
        app.gates.show([Chip(label=text, status=STATUSES[n % 5], needed=text) for n, text in enumerate(HOSTILE)])
        app.rubric.show([RubricRow(name=text, question=text, low=text, high=text) for text in HOSTILE], 0)
        steps: list[Callable[[], None]] = [lambda: app.gates.move(1)] * len(HOSTILE)
        for step in steps:
            step()
            await terminal.pilot.pause()
        assert app.gates.size.height <= 4
        assert app.rubric.size.height <= 3
        assert terminal.rows[0].startswith(" B leads 58 %  [49–67 %]")


@pytest.mark.parametrize("width", [50, 60, 78, 120, 200])
async def test_the_line_of_a_judge_always_says_which_one(width: int) -> None:
    app = JudgeApp()
    async with capture_app(app, (width, 24)) as terminal:
        last = "case-0042: prefers B in both orders, and says that A invents a price of the second item"
        app.query_one(JudgeBar).show(
            JudgeNews(
                name="house-preference", version="3f2a9c1b", status="uncalibrated", here="sealed 9c1e44", last=last
            )
        )
        await terminal.pilot.pause()
        row = terminal.rows[0]
        assert "house-prefe" in row
        assert ("house-preference" in row) is (width >= 64)
        assert "this case: sealed 9c1e44" in row or width < 60
        assert ("case-0042: prefers B" in row) is (width >= 78)


class JudgeApp(App[None]):
    def compose(self) -> ComposeResult:
        yield JudgeBar()
