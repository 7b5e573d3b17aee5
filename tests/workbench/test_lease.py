"""A session is worked on by one process at a time, and by the next one as soon as that ends, however it ends."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.live import open_bench, start
from tiebreak.errors import SessionInUseError
from tiebreak_workbench.lease import Lease

HOLD = """\
import sys
from pathlib import Path
from tiebreak_workbench.lease import Lease
with Lease.take(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""
GRAB = """\
import sys
from pathlib import Path
from tiebreak.errors import SessionInUseError
from tiebreak_workbench.lease import Lease
for turn in range(200):
    try:
        with Lease.take(Path(sys.argv[1]), "s1"):
            count = Path(sys.argv[2])
            count.write_text(str(int(count.read_text()) + 1))
        print("ok")
    except SessionInUseError:
        print("refused")
"""


@contextmanager
def held_by_another(housekeeping: Path, session_id: str) -> Generator["subprocess.Popen[str]"]:
    """Another process that has the lease until its input ends."""
    command = [sys.executable, "-c", HOLD, str(housekeeping), session_id]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield other


def test_a_session_that_is_open_elsewhere_is_refused_by_name_until_it_is_closed_there(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        one, another = start(bench), start(bench)
        with held_by_another(bench.store.path.parent, one) as other:
            with pytest.raises(SessionInUseError) as refused:
                bench.lease(one)
            assert one in refused.value.message
            assert f"another process ({other.pid} on " in refused.value.message
            assert (
                refused.value.hint == f"Close it there. `tiebreak show {one} -w {tmp_path / 'ws'}` looks on meanwhile."
            )
            bench.lease(another).release()  # two sessions of one workspace are no trouble
        with bench.lease("last") as lease:  # by any of its names
            assert lease.warning is None
            with pytest.raises(SessionInUseError, match="open in this very process"):
                bench.lease(another)
        bench.lease(one).release()
        assert list((bench.store.path.parent / "open").iterdir()) == []


def test_a_killed_holder_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    with held_by_another(tmp_path, "s1") as other:
        os.kill(other.pid, signal.SIGKILL)
        assert other.wait(30) == -signal.SIGKILL
    assert [path.name for path in (tmp_path / "open").iterdir()] == ["s1.lock"]  # the file stays, its lock is gone
    with Lease.take(tmp_path, "s1") as lease:
        assert lease.warning is None


def test_a_program_that_the_holder_started_does_not_hold_it_too(tmp_path: Path) -> None:
    with Lease.take(tmp_path, "s1"):
        child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    with child:
        Lease.take(tmp_path, "s1").release()


def test_of_many_that_come_and_go_at_once_none_meets_another(tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.write_text("0")
    command = [sys.executable, "-c", GRAB, str(tmp_path), str(count)]
    racers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = "".join(racer.communicate()[0] for racer in racers).split()
    assert [racer.returncode for racer in racers] == [0, 0, 0]
    assert len(said) == 600
    assert int(count.read_text()) == said.count("ok") > 0


def test_where_files_cannot_be_locked_it_goes_on_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_locks(handle: int, operation: int) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(fcntl, "flock", without_locks)
    lease = Lease.take(tmp_path, "s1")
    assert lease.warning is not None
    assert "opened twice" in lease.warning
    lease.release()


@pytest.mark.parametrize("told", [b"", b"{", b"[1]", b'{"pid": "x", "host": 1}', b'{"pid": 1}', b"\xff" * 9000])
def test_what_stands_in_the_file_decides_nothing(tmp_path: Path, told: bytes) -> None:
    with held_by_another(tmp_path, "s1"):
        (tmp_path / "open" / "s1.lock").write_bytes(told)
        with pytest.raises(SessionInUseError, match="open in another process;"):
            Lease.take(tmp_path, "s1")


def test_an_id_that_is_no_file_name_stays_in_its_folder(tmp_path: Path) -> None:
    with Lease.take(tmp_path / "ws", "../../s1"):
        (path,) = (tmp_path / "ws" / "open").iterdir()
        assert path.is_file()
        with pytest.raises(SessionInUseError):
            Lease.take(tmp_path / "ws", "../../s1")
    assert not (tmp_path / "s1.lock").exists()


def test_sessions_on_one_run_are_not_worked_on_at_once(tmp_path: Path) -> None:
    with Lease.take(tmp_path, "one", runs=["shared", "own"]):
        with pytest.raises(SessionInUseError) as refused:
            Lease.take(tmp_path, "two", runs=["shared"])
        assert "Session two shares answers with session one, which is open in this very process" in str(refused.value)
        assert "paid twice" in str(refused.value)
        Lease.take(tmp_path, "three", runs=["another"]).release()
    with Lease.take(tmp_path, "two", "three", runs=["shared", "another"]):
        pass
    assert list((tmp_path / "open").iterdir()) == []
