"""Every key as data: one table per place. The footer, the help, the palette and the docs all read these tables.

`ctrl+q`, `ctrl+p` and `ctrl+c` stay Textual's. `ctrl+i`, `ctrl+m`, `ctrl+j` and `ctrl+h` are tab, enter, newline and
backspace in a terminal and are never bound.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Key:
    """One binding: a stable id to remap it by, its keys, the action, and words for footer and help."""

    id: str
    keys: str
    action: str
    label: str
    help: str
    group: str
    show: bool = False
    display: str | None = None
    spare: int = 1
    """How soon the last line leaves it out where there is no room: the largest first."""
    brief: str = ""
    """A shorter name, for a narrow screen."""

    def binding(self) -> Binding:
        # Textual would write ^s for what help, hints and the documents call ctrl+s.
        display = self.display or (self.keys if self.keys.startswith("ctrl+") else None)
        return Binding(
            self.keys, self.action, self.label, id=self.id, show=self.show, tooltip=self.help, key_display=display
        )


EVERYWHERE = (
    Key(
        "app.help",
        "question_mark",
        "help",
        "Help",
        "What every key does here",
        "Everywhere",
        show=True,
        display="?",
        spare=0,
    ),
    Key("app.setup", "f2", "place('setup')", "Setup", "Choose dataset, configs and policy", "Everywhere"),
    Key("app.arena", "f3", "place('arena')", "Arena", "Back to the session", "Everywhere"),
    Key(
        "app.triage", "f5", "place('triage')", "Triage", "What changed between two runs, the worst first", "Everywhere"
    ),
)

ARENA = (
    Key("vote.a", "left", "vote('A')", "A better", "A is the better answer", "Vote", show=True, display="←", brief="A"),
    Key(
        "vote.b", "right", "vote('B')", "B better", "B is the better answer", "Vote", show=True, display="→", brief="B"
    ),
    Key("vote.tie", "t", "vote('tie')", "Tie", "Both are equally good", "Vote", show=True),
    Key("vote.bad", "x", "vote('both_bad')", "Both bad", "Neither may ship; counts one half", "Vote", show=True),
    *(
        Key(
            f"score.{n}",
            str(n),
            f"score({n})",
            f"Score {n}",
            f"Score the focused answer {n} of 5 on the marked dimension",
            "Scores",
        )
        for n in range(1, 6)
    ),
    Key("dimension.previous", "left_square_bracket", "dimension(-1)", "Dimension", "Previous dimension", "Scores"),
    Key("dimension.next", "right_square_bracket", "dimension(1)", "Dimension", "Next dimension", "Scores"),
    Key("score.clear", "backspace", "clear_score", "Clear score", "Take back the last score of this case", "Scores"),
    Key("case.next", "enter", "next_case", "Next", "Next case", "Cases", show=True, display="⏎"),
    Key("case.previous", "p", "previous_case", "Previous", "Previous case", "Cases"),
    Key("case.open", "g", "first_open", "First open", "Go to the first case that waits for you", "Cases"),
    Key("case.skip", "s", "skip", "Skip", "Leave this case out; skips are shown and limited", "Cases", show=True),
    Key("case.undo", "u", "undo", "Undo", "Take back your last act, as often as you like", "Cases", show=True),
    Key("case.note", "n", "note", "Note", "Write a note on this case", "Cases"),
    Key("case.save", "f", "save_case", "Save case", "Keep a spot check's question in a dataset", "Cases", True),
    Key(
        "spot.ask",
        "a",
        "ask_on",
        "Ask on",
        "Ask a spot check's next question, a follow-up or another one",
        "Cases",
        show=True,
        spare=0,
    ),
    Key(
        "spot.session",
        "F",
        "full_session",
        "Full session",
        "Go on with a spot check as a session",
        "Cases",
        display="F",
    ),
    Key("pane.next", "tab", "focus_pane(1)", "Other side", "Focus the other answer", "Reading", display="⇥"),
    Key("pane.previous", "shift+tab", "focus_pane(-1)", "Other side", "Focus the other answer", "Reading"),
    Key("view.diff", "d", "diff", "Diff", "Mark the words in which the answers differ", "Reading"),
    Key("view.mode", "m", "view_mode", "View", "Rendered, raw or JSON", "Reading"),
    Key("view.contexts", "c", "contexts", "Contexts", "The case whole: messages, passages, reference", "Reading"),
    Key("view.find", "slash", "find", "Find", "Find in both answers", "Reading", display="/"),
    Key("view.copy", "y", "copy", "Copy", "Copy the focused answer", "Reading"),
    Key("view.save", "Y", "save_copy", "Save copy", "Save the focused answer to a file", "Reading", display="Y"),
    Key("view.editor", "o", "open_answer", "Open", "Read the focused answer in your editor", "Reading"),
    Key("case.editor", "E", "open_case", "Open case", "Read the case whole in your editor", "Reading", display="E"),
    Key("case.link", "L", "copy_link", "Copy link", "Copy the command that shows this case", "Reading", display="L"),
    Key("prompt.edit", "e", "edit_prompt", "Edit prompt", "Edit the focused side's prompt and run it again", "Prompts"),
    Key("prompt.history", "h", "versions", "Versions", "The versions of the focused side's config", "Prompts"),
    Key("answer.again", "r", "regenerate", "Regenerate", "Ask again; counts only if no answer does yet", "Answers"),
    Key("answer.again_all", "R", "retry_excluded", "Retry", "Ask for all that is excluded", "Answers", display="R"),
    Key("answer.stop", "escape", "escape", "Stop", "Close what is open, else stop the focused answer", "Answers"),
    Key("gate.next", "full_stop", "gate(1)", "Gate", "What the next gate still needs", "Gates", display="."),
    Key("gate.previous", "comma", "gate(-1)", "Gate", "What the previous gate still needs", "Gates", display=","),
    Key("judge.verdict", "v", "verdict", "Verdict", "What the judge says, once you have rated the case", "Judge"),
    Key("judge.review", "V", "review", "Second look", "The next rated case to look at again", "Judge", display="V"),
    Key("session.queue", "Q", "queue", "Risk queue", "The riskiest cases first, and back", "Session", display="Q"),
    Key("session.drift", "D", "drift", "Served model", "Pool the answers of a model that changed", "Session"),
    Key("session.scoreboard", "f4", "scoreboard", "Scoreboard", "Every figure, as the session goes on", "Session"),
    Key("place.leave", "q", "leave", "Leave", "Back to Setup; everything is saved", "Session", show=True, spare=0),
)

ONLY_IN_SPOT, NOT_IN_SPOT = ("ask_on", "save_case"), ("skip", "next_case")
"""Acts that the last line of the Arena names in a spot check alone, and in any other session alone."""

REVEAL = Key(
    "session.reveal", "O", "reveal", "Reveal", "Show which side is which; written down", "Session", display="O"
)
SIDED = {"vote.a": "left", "vote.b": "right"}
BLIND = (
    *(
        replace(key, label=f"{side.title()} better", help=f"The {side} answer is the better one", brief=side[0].upper())
        if (side := SIDED.get(key.id))
        else key
        for key in ARENA
    ),
    REVEAL,
)
"""The Arena's keys while A and B have no names."""

CAUSES = (
    ("retrieval", "the passages that were needed did not come"),
    ("prompt", "the prompt asks for the wrong thing, or not clearly"),
    ("model", "the model had all it needs, and is wrong all the same"),
    ("tool", "a tool was called wrongly, or failed"),
    ("data", "the case, its reference or its check is wrong"),
    ("judge", "the answer is fine, the judge is wrong"),
    ("flaky", "differs from one answer to the next"),
)
"""As `tiebreak.records.triage.CAUSES`, which a first frame does without; a test holds them alike."""

SETUP = (
    Key("setup.start", "ctrl+s", "start", "Start", "Start the session", "Setup", show=True),
    Key("setup.choose", "enter", "choose", "Choose", "Choose a value for the marked line", "Setup", True, "⏎"),
    Key("setup.build", "b", "build", "Build", "Make a config from a model and a prompt", "Setup", show=True),
    Key("setup.swap", "w", "swap", "Swap", "Exchange A and B", "Setup", show=True),
    Key("setup.sessions", "r", "sessions", "Resume", "Go to the earlier sessions", "Setup", show=True),
    Key("setup.scoreboard", "f4", "scoreboard", "Scoreboard", "The figures of the marked earlier session", "Setup"),
    Key("setup.spot", "s", "spot", "Spot check", "Ask two models a question", "Setup"),
    Key("setup.find", "slash", "find", "Find", "Find any earlier session, answer or note", "Setup", display="/"),
    Key("setup.history", "h", "versions", "Versions", "The versions of the marked config", "Setup"),
    Key("setup.reload", "ctrl+r", "reload", "Reload", "Read the workspace's files again", "Setup", show=True),
    Key("setup.quit", "q", "app.quit", "Quit", "Leave Tiebreak", "Setup", show=True, spare=0),
)

SCOREBOARD = (
    Key("board.next", "tab,right", "panel(1)", "Next panel", "Go to the next panel", "Panels", show=True, display="⇥"),
    Key("board.previous", "shift+tab,left", "panel(-1)", "Previous panel", "Go to the panel before", "Panels"),
    Key("board.open", "enter", "open", "Open", "Open the panel whole, or close it", "Panels", show=True, display="⏎"),
    Key("board.back", "escape", "back", "Back", "Close the panel, else the Scoreboard", "Panels", show=True),
    Key("board.leave", "q", "leave", "Leave", "Back to where you came from", "Scoreboard", show=True, spare=0),
)

TRIAGE = (
    Key("list.worse_before", "left", "worse(-1)", "Worse before", "Previous regression", "List", True, "←", 9),
    Key("list.worse_after", "right", "worse(1)", "Next worse", "Next regression", "List", True, "→"),
    Key(
        "list.groups",
        "g",
        "groups",
        "Groups",
        "Failures that are nearly the same together, or apart",
        "List",
        show=True,
        spare=6,
    ),
    Key("list.group_before", "left_square_bracket", "group(-1)", "Group before", "Previous group", "List", display="["),
    Key("list.group_after", "right_square_bracket", "group(1)", "Next group", "Next group", "List", display="]"),
    Key("list.unfold", "o", "unfold", "Unfold", "Show the cases of the group, or fold them", "List"),
    Key("list.search", "slash", "search", "Search", "Search ids, questions and answers", "List", True, "/"),
    Key("list.filter", "l", "filter", "Filter", "Leave only some of the cases in the list", "List", show=True, spare=2),
    Key("list.mark", "space", "mark", "Mark", "Mark the case or group, to decide about many at once", "List"),
    Key(
        "list.mark_group",
        "asterisk",
        "mark_group",
        "Mark group",
        "Mark all that are nearly the same",
        "List",
        display="*",
    ),
    Key("list.reload", "ctrl+r", "reload", "Reload", "Take in what was recorded since", "List"),
    *(
        Key(
            f"cause.{n}",
            str(n),
            f"cause('{cause}')",
            f"Cause: {cause}",
            f"Cause: {why}",
            "Decide",
        )
        for n, (cause, why) in enumerate(CAUSES, start=1)
    ),
    Key("cause.clear", "0", "cause('')", "No cause", "Clear the cause", "Decide"),
    Key("decide.status", "w", "status", "Status", "Open, confirmed, fixed, accepted or wontfix", "Decide", show=True),
    Key("decide.note", "n", "note", "Note", "Write a note", "Decide"),
    Key("decide.assignee", "at", "assignee", "Assignee", "Say who looks after it", "Decide", display="@"),
    Key(
        "decide.undo",
        "u",
        "undo",
        "Undo",
        "Take back what you decided last, as often as you like",
        "Decide",
        show=True,
        spare=2,
    ),
    Key(
        "decide.promote",
        "f",
        "promote",
        "Promote",
        "Put the failure into a dataset, with checks",
        "Decide",
        show=True,
        spare=2,
    ),
    Key(
        "ask.again",
        "r",
        "rerun",
        "Ask again",
        "Ask the case or many again: now, another model or prompt",
        "Ask",
        True,
        spare=3,
    ),
    Key("ask.edit", "e", "edit_prompt", "Edit prompt", "Edit B's prompt, then ask this case, many or all", "Ask"),
    Key("ask.bisect", "b", "bisect", "Bisect", "Find the part of the change that made the case fail", "Ask"),
    Key("ask.apply", "a", "apply", "Write down", "Write down what asking again found fixed or flaky", "Ask"),
    Key("read.open", "enter", "open", "Detail", "Both prompts, what the configs change, history", "Read", True, "⏎", 4),
    Key("read.pane", "tab", "pane(1)", "Other pane", "From the list to the answers and back", "Read", display="⇥"),
    Key("read.pane_before", "shift+tab", "pane(-1)", "Other pane", "From the list to the answers and back", "Read"),
    Key("read.diff", "d", "diff", "Diff", "Mark the words in which the answers differ", "Read", show=True, spare=5),
    Key("read.mode", "m", "view_mode", "View", "Rendered, raw or JSON", "Read"),
    Key("read.contexts", "c", "contexts", "Contexts", "Passages that came, what cites them, the reference", "Read"),
    Key("read.verdict", "v", "verdict", "Verdict", "What judges and people said", "Read"),
    Key("read.hit", "full_stop", "hit(1)", "Next hit", "Next place of what was searched", "Read", display="."),
    Key(
        "read.hit_before", "comma", "hit(-1)", "Hit before", "Previous place of what was searched", "Read", display=","
    ),
    Key("read.copy", "y", "copy", "Copy", "Copy the focused answer, or B's", "Read"),
    Key("read.save", "Y", "save_copy", "Save copy", "Save it to a file", "Read", display="Y"),
    Key("read.editor", "O", "open_answer", "Open", "Read the answer in your editor", "Read", display="O"),
    Key("read.prompt", "E", "open_prompt", "Open prompt", "Read its prompt in your editor", "Read", display="E"),
    Key("read.link", "L", "copy_link", "Copy link", "Copy the command that shows this case", "Read", display="L"),
    Key("triage.escape", "escape", "escape", "Back", "End the search, else clear marks, else the filter", "Leave"),
    Key("triage.leave", "q", "leave", "Leave", "Back; everything is saved", "Leave", show=True, spare=0),
)

SPOKEN_FOR = {
    **dict.fromkeys(("ctrl+q", "ctrl+p", "ctrl+c"), "always the same in Tiebreak"),
    **dict.fromkeys(("ctrl+i", "ctrl+m", "ctrl+j", "ctrl+h"), "another key to a terminal"),
    **dict.fromkeys(("up", "down", "j", "k", "pageup", "pagedown", "home", "end"), "for scrolling"),
}
"""Keys that cannot be given to an act, and what they are."""

PLACES: Mapping[str, tuple[Key, ...]] = {
    "Setup": SETUP,
    "Arena": ARENA,
    "Blind": (REVEAL,),
    "Scoreboard": SCOREBOARD,
    "Triage": TRIAGE,
    "Everywhere": EVERYWHERE,
}


def bindings(keys: Iterable[Key]) -> list[Binding]:
    return [key.binding() for key in keys]
