"""The sample app, compared in two variants: through the address, as a Python function, and as one against the other."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tiebreak.errors import UsageError
from tiebreak.records import ROLES, Response, SessionRole
from tiebreak.workspace.trust import Trust
from tiebreak_store import StoredSession
from tiebreak_workbench.headless.replay import replay
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Workbench

pytest.importorskip("bm25s", reason="the sample app searches with it")

ROOT = Path(__file__).parents[2] / "datasets" / "support-desk"
CASES = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample workspace, copied."""
    return shutil.copytree(ROOT, tmp_path / "support-desk", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def served(folder: Path) -> Iterator[Path]:
    """The same, its app running behind the address that the configs name."""
    command = [sys.executable, str(folder / "app" / "serve.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[0]
            for path in folder.glob("configs/rag-http-*.yaml"):
                path.write_text(path.read_text().replace("http://127.0.0.1:8765/answer", address))
            yield folder
        finally:
            server.terminate()


async def compare(
    folder: Path, baseline: str, candidate: str
) -> tuple[StoredSession, dict[SessionRole, list[Response]]]:
    """A session of a few cases, answered to its end."""
    environ = {"XDG_DATA_HOME": str(folder.parent / "data"), "USER": "tester", "PYTHONPATH": ":".join(sys.path)}
    with Workbench.open(folder, environ) as bench:
        trust = Trust.of(environ)
        trust.allow(folder, [item.program for item in trust.wanted(bench.workspace)])
        setup = Setup(
            dataset=bench.workspace.load_dataset("support-desk"),
            baseline=bench.workspace.load_config(baseline),
            candidate=bench.workspace.load_config(candidate),
            policy=bench.workspace.load_policy("ship"),
            segment="technical",
            seed=3,
            n=CASES,
        )
        session_id = await asyncio.to_thread(bench.start, setup)
        stored = bench.store.load_session(session_id)
        live = bench.live(stored, await asyncio.to_thread(bench.arms, stored), lambda change: None)
        try:
            async with asyncio.timeout(60):
                await replay(live, {})
        finally:
            await live.close()
        stored = bench.store.load_session(session_id)
    by_run: dict[str, SessionRole] = {stored.session.runs[role]: role for role in ROLES}
    found: dict[SessionRole, list[Response]] = {role: [] for role in ROLES}
    for response in stored.responses:
        found[by_run[response.run_id]].append(response)
    for responses in found.values():
        responses.sort(key=lambda response: response.case_id)
    return stored, found


def check_variants(found: dict[SessionRole, list[Response]]) -> None:
    """One passage against three; the first is the same."""
    for one, three in zip(found["baseline"], found["candidate"], strict=True):
        assert one.case_id == three.case_id
        assert (one.status, three.status, one.finish) == ("ok", "ok", "stop")
        assert (len(one.contexts), len(three.contexts)) in {(1, 3), (1, 2), (1, 1), (0, 0)}
        assert one.contexts[:1] == three.contexts[:1]
        assert all(
            context.text in (ROOT / "knowledge").joinpath(_file(context.id)).read_text() for context in three.contexts
        )
        assert three.text.startswith(one.text)
        assert all(f"[{context.id}]" in three.text for context in three.contexts)
        assert one.cost.components == {"retrieval": 0.0, "writing": 0.0}
        assert one.timings.ttft is not None
    assert sum(len(three.contexts) == 3 for three in found["candidate"]) > CASES / 2


def _file(passage: str) -> str:
    (path,) = (ROOT / "knowledge").glob(f"{passage[:5]}-*.md")
    return path.name


async def test_two_variants_as_a_python_function(folder: Path) -> None:
    stored, found = await compare(folder, "rag-python-top1", "rag-python-top3")
    assert [len(found[role]) for role in ROLES] == [CASES, CASES]
    check_variants(found)
    assert {result.check_id for result in stored.check_results} >= {"key-facts", "not-too-long"}


async def test_two_variants_behind_an_address(served: Path) -> None:
    _, found = await compare(served, "rag-http-top1", "rag-http-top3")
    check_variants(found)


async def test_both_ways_give_the_same_answers(served: Path) -> None:
    _, found = await compare(served, "rag-http-top3", "rag-python-top3")
    for there, here in zip(found["baseline"], found["candidate"], strict=True):
        assert (there.text, there.contexts, there.cost) == (here.text, here.contexts, here.cost)
        assert there.fingerprint != here.fingerprint


async def test_without_its_library_the_app_says_what_to_install(folder: Path) -> None:
    (folder / "bm25s.py").write_text("raise ImportError('not here')\n")
    with pytest.raises(
        UsageError, match=r"A is paused: .* bm25s, which is not installed: pip install 'tiebreak\[sample\]'"
    ):
        await compare(folder, "rag-python-top1", "rag-python-top3")
