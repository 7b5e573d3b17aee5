"""What is said of answers that are missing, and of asking for them again."""

from tiebreak.gates.wording import plural
from tiebreak.session.live import LiveSession
from tiebreak_tui.screens.judging import ask_judge_again


def words_of_missing(live: LiveSession) -> str:
    """On resuming: how many cases are asked again, and when."""
    count = live.scoreboard.snapshot().excluded_cases
    if not count:
        return "Resumed where you left it."
    when = "when you come to it" if count == 1 else "each when you come to it"
    return f"{plural(count, 'case')} without an answer that counts: asked again {when}; R asks now."


def ask_all_again(live: LiveSession) -> str:
    """Ask for every excluded answer again; returns what to say of it.

    Raises:
        UsageError: once a write has failed, and once closed.
    """
    count, judge = live.retry_excluded(), ask_judge_again(live)
    told = f"Asking {plural(count, 'case')} again." if count else "" if judge else "No case is excluded."
    return " ".join(filter(None, (told, "The judge is asked again." if judge else "")))
