"""Answers that stand in several sessions, such as those of one baseline, are judged once: every question by the
fingerprint of its rendered prompt."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from tiebreak.records.judges import Judgment


class Shared:
    """What one version of a judge said elsewhere, and what it is being asked now. For one event loop."""

    def __init__(self, earlier: Iterable[Judgment] = ()) -> None:
        """`earlier` are judgments of other sessions, whole ones; errors are none."""
        self._said = {one.prompt_fingerprint: one for one in earlier if one.answered}
        self._asked: dict[str, asyncio.Future[Judgment | None]] = {}

    async def ask(self, fingerprint: str, put: Callable[[], Awaitable[Judgment]]) -> tuple[Judgment, bool]:
        """The judgment of a question, and whether it was asked by somebody else; it is put only where nobody has been
        answered yet. Who waits for one that fails puts it themselves."""
        while True:
            if (said := self._said.get(fingerprint)) is not None:
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
