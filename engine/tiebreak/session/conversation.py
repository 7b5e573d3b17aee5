"""Questions that follow one another: each side goes on from its own answers, never from the other's."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from tiebreak.errors import PromptError
from tiebreak.records import Case, Config, Message, SessionRole
from tiebreak.session.answering import Arm
from tiebreak.targets.base import AnswerTarget, Request

FOLLOWS = "follows"
"""Key in the `metadata` of a case: the id of the case whose answer it goes on from."""

AnswerOf = Callable[[str], str | None]
"""Case id → the text of this side's counting answer to it; None where there is none."""


def follows(case: Case) -> str | None:
    """The id of the case that this one goes on from, if any."""
    before = case.metadata.get(FOLLOWS)
    return before if isinstance(before, str) else None


def conversation(case: Case, cases: Mapping[str, Case], answer_of: AnswerOf) -> Case:
    """The case with all that was said before it as its input, as one side remembers it; it follows nothing any more.

    Raises:
        PromptError: where a question before it, or its answer, is missing.
    """
    turns: tuple[Message, ...] = case.messages
    at, before, seen = case, follows(case), {case.id}
    while before is not None:
        answer = answer_of(before)
        if before in seen or before not in cases or answer is None:
            raise PromptError(
                f"Case “{case.id}” follows “{before}”, which has no answer to go on from.",
                hint="Ask it anew, as a question of its own.",
            )
        seen.add(before)
        at = cases[before]
        turns = (*at.messages, Message(role="assistant", content=answer), *turns)
        before = follows(at)
    kept = {name: value for name, value in case.metadata.items() if name != FOLLOWS}
    plain = turns[0].content if len(turns) == 1 and turns[0].role == "user" else turns
    return replace(case, input=plain, metadata=kept)


class ConversationArm(Arm):
    """One side of a spot check. What it is sent for a follow-up begins with what it was sent, and said, before."""

    def __init__(
        self,
        role: SessionRole,
        run_id: str,
        config: Config,
        target: AnswerTarget,
        cases: Mapping[str, Case],
        answer_of: AnswerOf,
    ) -> None:
        super().__init__(role, run_id, config, target)
        self._cases = cases
        self._answer_of = answer_of

    def request(self, case: Case, sample: int = 0) -> Request:
        """As `Arm.request`; every question of the user stands as the prompt made it.

        Raises:
            PromptError: when a prompt cannot be rendered, or an answer to go on from is missing.
        """
        request = super().request(case, sample)
        before = follows(case)
        if before is None:
            return request
        conversation(case, self._cases, self._answer_of)  # says what is missing, and that it does not run in a circle
        earlier = self.request(self._cases[before]).messages
        said = Message(role="assistant", content=self._answer_of(before) or "")
        own = tuple(message for message in request.messages if message.role != "system")
        return replace(request, messages=(*earlier, said, *own))

    def edited(self, config: Config) -> "ConversationArm":
        """The same side with another config."""
        return ConversationArm(self.role, self.run_id, config, self.target, self._cases, self._answer_of)
