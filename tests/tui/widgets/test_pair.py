"""A pane says whose answer it shows and how it stands, in words, at any width."""

import pytest
from textual.app import App, ComposeResult
from textual.containers import Horizontal

from support.hostile import HOSTILE, HOSTILE_DOCUMENT
from support.terminal import Terminal, capture_app
from tiebreak.errors import Fault
from tiebreak.records import Cost, Response, ResponseError, ResponseStatus, Timings, ToolCall, Usage
from tiebreak_tui.widgets.answer_facts import dollars, figures, problem, seconds
from tiebreak_tui.widgets.flush import StreamPump
from tiebreak_tui.widgets.pair import AnswerPane, Identity

A = Identity("A", "short-and-warm", "openai/gpt-4.1-mini")
B = Identity("B", "strict", "claude")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class PairApp(App[None]):
    CSS = "Horizontal { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.pump = StreamPump(self)
        self.clock = Clock()

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield AnswerPane("left", self.pump, id="left", clock=self.clock)
            yield AnswerPane("right", self.pump, id="right", clock=self.clock)

    @property
    def left(self) -> AnswerPane:
        return self.query_one("#left", AnswerPane)

    @property
    def right(self) -> AnswerPane:
        return self.query_one("#right", AnswerPane)


def response(
    text: str = "The answer.",
    *,
    status: ResponseStatus = "ok",
    finish: str | None = "stop",
    fault: Fault | None = None,
    error: ResponseError | None = None,
    tool_calls: tuple[ToolCall, ...] = (),
    refusal: bool = False,
    reasoning: str = "",
    cost: Cost | None = None,
) -> Response:
    return Response(
        id="r",
        run_id="run",
        case_id="case",
        case_hash="h",
        fingerprint="f",
        started_at="",
        text=text,
        reasoning=reasoning,
        status=status,
        fault=fault,
        error=error,
        tool_calls=tool_calls,
        refusal=refusal,
        finish=finish,
        timings=Timings(ttft=0.42, total=1.4),
        usage=Usage(completion_tokens=61, source="provider"),
        cost=cost or Cost(usd=0.0002, source="price_list"),
    )


async def settled(terminal: Terminal, *panes: AnswerPane) -> None:
    await terminal.until(lambda: all(pane.view.settled for pane in panes))
    await terminal.pilot.pause()


async def test_an_answer_from_waiting_to_done() -> None:
    app = PairApp()
    async with capture_app(app, (140, 24)) as terminal:
        pane = app.left
        pane.identify(A)
        pane.wait()
        app.clock.now += 2.3
        await terminal.until(lambda: "waiting 2.3 s" in terminal.rows[-1])
        assert "A short-and-warm · openai/gpt-4.1-mini" in terminal.rows[0]
        assert "Waiting for the first token" in terminal.text
        for token in ("The ", "answer."):
            pane.push(token)
        app.clock.now += 2
        await terminal.until(lambda: "4.3 s · 1 tok/s" in terminal.rows[-1])
        assert "The answer." in terminal.rows[1]
        pane.finish(response())
        await settled(terminal, pane)
        assert "TTFT 0.42 s · 62 tok/s · 61 tok · 1.40 s · $0.0002 · stop" in terminal.rows[-1]
        assert "The answer." in terminal.rows[1]


async def test_finish_shows_the_recorded_answer_where_the_stream_was_another() -> None:
    app = PairApp()
    async with capture_app(app) as terminal:
        app.left.wait()
        app.left.push("half of it, then a retry")
        app.left.finish(response("The whole answer."))
        await settled(terminal, app.left)
        assert "The whole answer." in terminal.rows[1]
        assert "half" not in terminal.text


@pytest.mark.parametrize(
    ("given", "badge", "advice"),
    [
        (response(status="truncated", finish="length"), "TRUNCATED", "The token limit cut it"),
        (response("", status="empty"), "EMPTY", "without a word"),
        (response(status="filtered", finish="content_filter"), "FILTERED", "content filter"),
        (response(status="incomplete", finish=None), "INCOMPLETE", "without a finish reason"),
        (response(status="malformed", finish=None), "MALFORMED", "broke the protocol"),
        (
            response(status="interrupted", finish=None, fault="user"),
            "STOPPED",
            "You stopped it, so it does not count. r asks again",
        ),
        (response(refusal=True), "REFUSAL", ""),
        (
            response(
                "",
                status="error",
                finish=None,
                fault="infra",
                error=ResponseError(code="auth", message="The key was refused (401). Set OPENAI_API_KEY.", status=401),
            ),
            "ERROR",
            "The key was refused (401). Set OPENAI_API_KEY. It does not count.",
        ),
    ],
)
async def test_what_is_wrong_is_said_in_capitals_and_in_words(given: Response, badge: str, advice: str) -> None:
    app = PairApp()
    async with capture_app(app, (200, 24)) as terminal:
        app.left.identify(A)
        app.left.show(given)
        await settled(terminal, app.left)
        assert badge in terminal.rows[-1]
        assert advice in terminal.text


def test_what_is_asked_again_beside_a_counting_answer_never_counts_however_it_ends() -> None:
    for given in (
        response(),
        response(status="truncated", finish="length"),
        response(status="interrupted", finish=None, fault="user"),
        response("", status="error", fault="infra", error=ResponseError(code="network", message="Refused.")),
    ):
        said = problem(given, exploratory=True)
        assert said.endswith("Asked again: for you to look at, never counted.")
        assert "It counts" not in said
        assert "will count" not in said


async def test_an_exploratory_answer_says_that_it_never_counts() -> None:
    app = PairApp()
    async with capture_app(app, (160, 24)) as terminal:
        app.left.wait(exploratory=True)
        app.left.push("The answer.")
        app.left.finish(response())
        await settled(terminal, app.left)
        assert "EXPLORATORY" in terminal.rows[-1]
        assert "never counted" in terminal.text
        app.left.show(response())
        await settled(terminal, app.left)
        assert "EXPLORATORY" not in terminal.text
        assert "never counted" not in terminal.text


async def test_tool_calls_are_shown() -> None:
    app = PairApp()
    async with capture_app(app) as terminal:
        app.left.show(response("", tool_calls=(ToolCall(id="1", name="lookup", arguments='{"q": 1}'),)))
        await settled(terminal, app.left)
        assert '→ calls lookup({"q": 1})' in terminal.text


async def test_a_blind_pane_shows_nothing_that_tells_the_configs_apart() -> None:
    app = PairApp()
    async with capture_app(app, (160, 24)) as terminal:
        for pane in (app.left, app.right):
            pane.identify(A)
            pane.identify(Identity())
        app.left.wait()
        app.clock.now += 3
        app.right.show(response(status="error", error=ResponseError(code="x", message="gpt-4.1-mini is down")))
        await settled(terminal, app.right)
        assert "left" in terminal.rows[0]
        assert "right" in terminal.rows[0]
        assert "waiting" in terminal.rows[-1]
        for word in ("3.0 s", "TTFT", "tok/s", "61", "$", "gpt", "short-and-warm"):
            assert word not in terminal.text, word


async def test_the_focused_side_is_marked_by_a_sign() -> None:
    app = PairApp()
    async with capture_app(app, (100, 24)) as terminal:
        for pane, identity in ((app.left, A), (app.right, B)):
            pane.identify(identity)
            pane.view.focus()
            await terminal.pilot.pause()
            assert [row for row in terminal.rows if "▶" in row] == [terminal.rows[0]]
            assert f"▶ {identity.role} " in terminal.rows[0]


async def test_idle_says_why() -> None:
    app = PairApp()
    async with capture_app(app) as terminal:
        app.left.show(response("old"))
        app.left.idle("Paused: the key is missing. r tries again.")
        await terminal.pilot.pause()
        assert "Paused: the key is missing." in terminal.text
        assert "old" not in terminal.text


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40), (200, 60)])
async def test_no_hostile_text_reaches_the_terminal(size: tuple[int, int]) -> None:
    app = PairApp()
    async with capture_app(app, size) as terminal:
        for text in HOSTILE:
            app.left.identify(Identity(text, text, text))
            app.left.idle(text)
            app.right.show(
                response(
                    text,
                    reasoning=text,
                    finish=text,
                    status="error",
                    error=ResponseError(code=text, message=text),
                    tool_calls=(ToolCall(id=text, name=text, arguments=text),),
                )
            )
        await settled(terminal, app.right)
        app.right.wait(message=HOSTILE_DOCUMENT)
        app.right.push(HOSTILE_DOCUMENT)
        app.right.finish(response(HOSTILE_DOCUMENT))
        await settled(terminal, app.right)
        assert len(terminal.rows) == size[1]


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (80, "TTFT 0.42 s · 62 tok/s · 61 tok · 1.40 s · $0.0002 · stop"),
        (56, "TTFT 0.42 s · 62 tok/s · 61 tok · 1.40 s · $0.0002"),
        (36, "TTFT 0.42 s · 62 tok/s · $0.0002"),
        (12, "TTFT 0.42 s"),
        (3, ""),
        (-1, ""),
    ],
)
def test_figures_give_up_what_matters_least(width: int, expected: str) -> None:
    assert figures(response(), width) == expected


def test_a_finish_reason_other_than_stop_matters_most() -> None:
    assert figures(response(finish="length"), 10) == "length"


def test_unknown_cost_is_not_zero() -> None:
    assert figures(response(cost=Cost()), 200).endswith("cost unknown · stop")
    assert (dollars(0), dollars(0.00023), dollars(1.5)) == ("$0.00", "$0.0002", "$1.50")
    assert (seconds(0.416), seconds(12.34), seconds(125.2)) == ("0.42 s", "12.3 s", "125 s")
