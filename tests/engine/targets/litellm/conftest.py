"""One helper for all tests of a process: importing LiteLLM takes seconds. So they share one event loop, too."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from support.anthropic_server import AnthropicServer
from support.lane import ENVIRON, Ask, asking_through
from support.model_server import ModelServer
from tiebreak.targets.litellm_lane.shared import Helper


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def helper() -> AsyncIterator[Helper]:
    async with Helper.of(ENVIRON) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def claude() -> AsyncIterator[AnthropicServer]:
    async with AnthropicServer() as running:
        yield running


@pytest.fixture
def through_litellm(helper: Helper) -> Ask:
    return asking_through(helper)
