"""Judges for tests, asked through the real lane over HTTP."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from support.model_server import ModelServer
from tiebreak.judge import Asker
from tiebreak.records import ModelTarget, Price, Response
from tiebreak.records.judges import Judge, Parsing
from tiebreak.targets.base import AnswerTarget
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import open_target
from tiebreak.workspace.judges import shipped_judges


def judge_of(server: ModelServer, model: str, name: str, **fields: Any) -> Judge:
    """The shipped judge of a name, asked of a local server."""
    target = ModelTarget(model=model, base_url=server.base_url)
    made: dict[str, Any] = {"target": target, "retries": 0, "price": Price(input=0, output=1000), "parsing": "block"}
    return replace(shipped_judges()[name], **(made | fields))


def asker_of(
    server: ModelServer,
    model: str,
    name: str,
    *,
    new_id: Callable[[], str],
    parsing: str = "block",
    **fields: Any,
) -> tuple[Asker, AnswerTarget]:
    """Close the target."""
    judge = judge_of(server, model, name, parsing=cast("Parsing", parsing), **fields)
    folder = Path(tempfile.gettempdir())
    target = open_target(judge.config, base_dir=folder, environ={}, limiters=LimiterPool(16))
    return Asker(judge, target, new_id=new_id, schema=parsing == "schema"), target


def response_with(id_: str, text: str, **fields: Any) -> Response:
    made: dict[str, Any] = {"status": "ok", "fingerprint": "", "started_at": ""}
    return Response(id=id_, run_id="r", case_id="c", case_hash="", text=text, **(made | fields))
