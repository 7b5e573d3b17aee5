"""What a rater may know: which side is which, and since when."""

from collections.abc import Collection, Mapping

from tiebreak.records import Case, Config, ModelTarget, Rater, Response, Session, SessionRole
from tiebreak.session.diary import Diary
from tiebreak.session.leaks import names_in
from tiebreak.session.seating import OPEN, Seating, drawn


class Blinding:
    """Keeps one rater of a session from knowing whose answer they read, until they ask, and writes down that they did.

    A ballot given after that carries `identity_seen`; it is kept, and counts in no human gate.
    """

    def __init__(self, session: Session, rater: Rater, configs: Mapping[SessionRole, Config], diary: Diary) -> None:
        self._session = session
        self._rater = rater
        self._diary = diary
        self._own = _own_names(configs)
        self._revealed = any(event.detail.get("rater") == rater.id for event in diary.of_kind("reveal"))
        self._leaks: dict[str, tuple[str, ...]] = {}
        self._told = {event.detail.get("response") for event in diary.of_kind("leak")}

    @property
    def blind(self) -> bool:
        """Whether the session is a blind one, revealed or not."""
        return self._session.blind

    @property
    def veiled(self) -> bool:
        """Whether nothing may be shown by which the sides could be told apart."""
        return self._session.blind and not self._revealed

    @property
    def identity_seen(self) -> bool:
        """What a ballot that is given now says of its rater."""
        return self._session.blind and self._revealed

    def seating(self, case: Case) -> Seating:
        """Where the answers of a case stand. It stays the same after a reveal."""
        return drawn(self._session.id, self._rater.id, case.id) if self._session.blind else OPEN

    def reveal(self, why: str) -> bool:
        """Let the rater know, from now on; False if nothing was hidden.

        Raises:
            UsageError: once a write has failed.
        """
        if not self.veiled:
            return False
        self._diary.revealed(why)
        self._revealed = True
        return True

    def leaks(self, response: Response, case: Case) -> tuple[str, ...]:
        """Names of models and vendors in an answer of a blind session; the first look at each is written down."""
        if not self._session.blind or not response.text:
            return ()
        found = self._leaks.get(response.id)
        if found is None:
            asked = "\n".join(message.content for message in case.messages)
            found = self._leaks[response.id] = names_in(response.text, own=self._own, question=asked)
            if found and response.id not in self._told:
                self._diary.note("leak", response=response.id, case=case.id, names=list(found))
        return found


def _own_names(configs: Mapping[SessionRole, Config]) -> Collection[str]:
    names = {config.name for config in configs.values()}
    for config in configs.values():
        if isinstance(config.target, ModelTarget):
            names |= {config.target.model, config.target.model.rsplit("/", 1)[-1]}
    return names
