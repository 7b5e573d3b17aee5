"""The very same prompt is judged once: every question by the fingerprint of its rendered prompt."""

import asyncio
from collections.abc import Awaitable, Callable

from tiebreak.records.judges import Judgment

Find = Callable[[str], Judgment | None]
"""Gives what was recorded to have been said to a prompt, by its fingerprint: whole, and no error."""


class Shared:
    """What one version of a judge said before, and what it is being asked now. For one event loop."""

    def __init__(self, find: Find | None = None) -> None:
        """Without `find`, what was recorded before is left alone: only what is asked from now on is shared."""
        self._find = find
        self._said: dict[str, Judgment] = {}
        self._asked: dict[str, asyncio.Future[Judgment | None]] = {}

    @property
    def blank(self) -> bool:
        """Nothing was said that could be taken over."""
        return self._find is None and not self._said

    def known(self, fingerprint: str) -> Judgment | None:
        """What was said to a prompt already; nothing is asked."""
        said = self._said.get(fingerprint)
        if said is None and self._find is not None:
            said = self._find(fingerprint)
        return said if said is not None and said.answered else None

    async def ask(self, fingerprint: str, put: Callable[[], Awaitable[Judgment]]) -> tuple[Judgment, bool]:
        """The judgment of a question, and whether it is somebody else's; it is put only where nobody has been answered
        yet. Who waits for one that fails puts it themselves."""
        while True:
            if (said := self.known(fingerprint)) is not None:
                return said, True
            asked = self._asked.get(fingerprint)
            if asked is None:
                return await self._put(fingerprint, put), False
            await asyncio.shield(asked)

    async def _put(self, fingerprint: str, put: Callable[[], Awaitable[Judgment]]) -> Judgment:
        asked = self._asked[fingerprint] = asyncio.get_running_loop().create_future()
        try:
            judgment = await put()
            if judgment.answered:
                self._said[fingerprint] = judgment
            return judgment
        finally:
            del self._asked[fingerprint]
            asked.set_result(self._said.get(fingerprint))
