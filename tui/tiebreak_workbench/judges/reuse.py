"""What a judge was told before is not asked again: where that is looked for, and how much of a judging it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from tiebreak.errors import PromptError
from tiebreak.judge import Ask, Asker, Shared, Skipped, plan_asks
from tiebreak.judge.planning import counting
from tiebreak.records import AppTarget, Case, Response, SessionRole
from tiebreak.records.judges import Judge, Judgment
from tiebreak_store import Store, StoredSession


def said_before(store: Store, judge: Judge, *, fresh: bool = False) -> Shared:
    """What a version of a judge says to the very same prompts, in all sessions. Nothing where `fresh` verdicts are
    wanted, and of apps only what they say from now on: no prompt shows their code."""
    if fresh or isinstance(judge.target, AppTarget) or not store.has_answered(judge.version):
        return Shared()
    return Shared(partial(store.find_said, judge.version))


def questions_of(store: Store, stored: StoredSession, judge: Judge, cases: Sequence[Case]) -> tuple[list[Ask], Skipped]:
    """What can be asked of the answers to some cases that a session has by now, and what is left out."""
    roles: dict[str, SessionRole] = {run_id: role for role, run_id in stored.session.runs.items()}
    light = judge.kind != "faithfulness"  # it reads the passages that an answer was given
    responses = store.iter_responses(stored.session.id, light=light)
    bare = (replace(one, text="", reasoning="", contexts=one.contexts[:1]) for one in responses)
    return plan_asks(judge, cases, counting(bare, roles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Already:
    """How much of a judging needs no call."""

    here: int = 0
    """Questions that were answered in the session itself."""
    elsewhere: int = 0
    """Open ones to whose very prompt something was said before, here or in another session."""

    @property
    def total(self) -> int:
        return self.here + self.elsewhere

    def __add__(self, other: "Already") -> "Already":
        return Already(here=self.here + other.here, elsewhere=self.elsewhere + other.elsewhere)


def already_judged(
    store: Store, asker: Asker, asks: Sequence[Ask], earlier: Sequence[Judgment], *, fresh: bool = False
) -> Already:
    """Of some questions of a session; `earlier` is what the judge said there. Where it said nothing anywhere, no prompt
    is looked at."""
    known = {one.question for one in earlier if one.answered}
    open_ = [ask for ask in asks if ask.question not in known]
    shared = said_before(store, asker.judge, fresh=fresh)
    found = 0 if shared.blank else sum(_is_known(store, asker, shared, ask) for ask in open_)
    return Already(here=len(asks) - len(open_), elsewhere=found)


def _is_known(store: Store, asker: Asker, shared: Shared, ask: Ask) -> bool:
    responses: list[Response] = [store.response(id_) for id_ in ask.responses]
    try:
        return shared.known(asker.fingerprint(ask, responses)) is not None
    except PromptError:
        return False  # asking will say so


def reused_words(reused: int, *, recorded: bool = False) -> str:
    """`12 reused, $0.00`, without a cost where replies are recorded; empty where none was."""
    if not reused:
        return ""
    return f"{reused:,} reused" + ("" if recorded else ", $0.00")
