"""One process at a time works on a session: two would count past each other, and the later vote would win unseen.

Its runs are kept with it, as several sessions may stand on one: asked from two of them, a case would be paid twice.
That holds where every answer is there too, since whoever rates may ask again at any time: so sessions that share a run
are rated one after the other.

The guard is a lock of the operating system on a file beside the database. The kernel lets go of it when its process
ends, however it ends, so that nothing stale is ever in the way. What stands in the file tells others who holds it, and
decides nothing.
"""

import fcntl
import json
import os
import re
import socket
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from tiebreak.errors import SessionInUseError
from tiebreak.records import digest, stamp, utc_now
from tiebreak.sanitise import clean_line
from tiebreak_workbench.shell import command

FOLDER = "open"
PLAIN_NAME = re.compile(r"\w[\w.-]{0,99}")
HOLDER_BYTES = 1000


class Lease:
    """The right to work on a session, until `release` or the end of the process. A context manager releases it."""

    def __init__(self) -> None:
        self.warning: str | None = None
        """What to say where the file system knows no locks: nobody is kept out then."""
        self._held: list[tuple[Path, int]] = []

    @classmethod
    def take(cls, housekeeping: Path, *session_ids: str, runs: Collection[str] = ()) -> Self:
        """Take the lease of sessions and of the runs they stand on; `housekeeping` is the folder of their database.

        Raises:
            SessionInUseError: while another process has one of them, or another opening in this one.
        """
        lease = cls()
        for id_ in (*session_ids, *sorted(runs)):  # sessions before runs: then the message is about the session itself
            try:
                lease._lock(housekeeping, id_, id_ if id_ in session_ids else session_ids[0])
            except BlockingIOError as held:
                lease.release()
                raise _in_use(housekeeping.parent, id_, session_ids, held.filename) from None
        return lease

    def _lock(self, housekeeping: Path, id_: str, session_id: str) -> None:
        """Lock a session or a run, for a session.

        Raises:
            BlockingIOError: while it is held elsewhere; with the file that says by whom.
        """
        path = _path(housekeeping, id_)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._held.append((path, _locked(path, session_id)))
        except BlockingIOError as held:
            raise BlockingIOError(held.errno, held.strerror, str(path)) from None
        except OSError as error:
            reason = error.strerror or str(error)
            self.warning = f"Nothing keeps this session from being opened twice here ({reason}): take care."

    def release(self) -> None:
        """Let others have it. A second call does nothing."""
        held, self._held = self._held, []
        for path, handle in held:
            # While it is still locked, so that what goes is our own file and never that of the next holder.
            path.unlink(missing_ok=True)
            os.close(handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def held(housekeeping: Path, session_id: str) -> bool:
    """Whether somebody works on a session now, as far as its own lock tells."""
    try:
        handle = os.open(_path(housekeeping, session_id), os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


def _path(housekeeping: Path, id_: str) -> Path:
    name = id_ if PLAIN_NAME.fullmatch(id_) else digest(id_.encode("utf-8", "replace"))
    return housekeeping / FOLDER / f"{name}.lock"


def _in_use(folder: Path, id_: str, session_ids: Sequence[str], path: str) -> SessionInUseError:
    """What is said where `id_`, of one of the sessions or of a run of theirs, is locked by another."""
    own = id_ if id_ in session_ids else session_ids[0]
    watch = f"`{command(('show', own), folder)}` looks on meanwhile."
    if id_ == own:
        message = f"Session {own} is open in {_holder(path)}; opened twice, each would count without the other."
        return SessionInUseError(message, hint=f"Close it there. {watch}")
    return SessionInUseError(
        f"Session {own} shares answers with {_session_of(path)}, which is open in {_holder(path)}; worked on at once, "
        "an answer could be asked for and paid twice.",
        hint=f"Work on one after the other. {watch}",
    )


def _locked(path: Path, session_id: str) -> int:
    """
    Raises:
        BlockingIOError: while it is held elsewhere.
        OSError: where it cannot be locked at all.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(handle, path):
                who = {"pid": os.getpid(), "host": socket.gethostname(), "since": stamp(utc_now())}
                os.truncate(handle, 0)
                os.write(handle, json.dumps({**who, "session": session_id}).encode())
                return handle
        except OSError:
            os.close(handle)
            raise
        os.close(handle)  # its last holder removed the file between our two steps: what we have locked has no name


def _is_still(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _told(path: str) -> dict[str, object]:
    """What stands in the file; nothing where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            told: object = json.loads(file.read(HOLDER_BYTES))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, object]", told) if isinstance(told, dict) else {}


def _session_of(path: str) -> str:
    """For which session a run is held, as far as the file tells."""
    session_id = _told(path).get("session")
    return f"session {clean_line(session_id, 60)}" if isinstance(session_id, str) and session_id else "another session"


def _holder(path: str) -> str:
    """Who has it, as far as the file tells."""
    told = _told(path)
    pid, host = told.get("pid"), told.get("host")
    if not isinstance(pid, int) or not isinstance(host, str):
        return "another process"
    if (pid, host) == (os.getpid(), socket.gethostname()):
        return "this very process"
    return f"another process ({pid} on {clean_line(host, 60)})"
