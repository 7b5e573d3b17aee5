"""Whether anybody is there, before anything is asked."""

import socket

from support.model_server import ModelServer
from tiebreak.records import CommandTarget, Config, HttpTarget, ModelTarget
from tiebreak.targets.reach import out_of_reach


def config(url: str) -> Config:
    return Config(name="mine", target=ModelTarget(model="any", base_url=url))


async def test_a_server_that_listens_is_in_reach() -> None:
    async with ModelServer() as server:
        assert out_of_reach(config(server.base_url), {}) == ""
        assert server.calls == []


def test_a_place_where_nobody_listens_is_named() -> None:
    with socket.socket() as taken:  # bound, and not listening: nobody else gets the port
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        told = out_of_reach(config(f"http://{host}/v1"), {})
        assert told.startswith(f"{host} cannot be reached (")
        assert told.endswith("so “mine” cannot be asked now.")
        app = Config(name="mine", target=HttpTarget(url=f"http://{host}/ask"))
        assert host in out_of_reach(app, {})


def test_what_cannot_be_told_is_not_doubted() -> None:
    proxy = {"https_proxy": "http://127.0.0.1:9"}
    assert out_of_reach(config("https://example.test/v1"), proxy) == ""
    assert out_of_reach(Config(name="mine", target=CommandTarget(command=("cat",))), {}) == ""
