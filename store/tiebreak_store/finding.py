"""Every text of the past, as it is put into the index of `past_index`, and where one that was found stands."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, cast, get_args

from tiebreak.records import SessionRole
from tiebreak.records.sessions import Queue
from tiebreak_store.text import restored, storable

KeyedKind = Literal["session", "prompt", "question"]
"""What has a key: the id of a session, the version of a config, the hash of a case."""
SeqKind = Literal["said", "decision", "answer"]
"""What is recorded row by row: what raters did, notes of triage, answers."""
PastKind = Literal["session", "prompt", "question", "said", "decision", "answer"]
PAST_KINDS: tuple[PastKind, ...] = get_args(PastKind)
KEYED_KINDS: tuple[KeyedKind, ...] = get_args(KeyedKind)
SEQ_KINDS: tuple[SeqKind, ...] = get_args(SeqKind)
LONGEST = 20_000
"""Characters of a text that are searched."""

_TABLE: dict[SeqKind, str] = {"said": "ballot", "decision": "triage_decision", "answer": "response"}
_SAID = "coalesce(kind, '') || ' ' || coalesce(dimension, '') || ' ' || coalesce(value, '')"
_TEXTS: dict[SeqKind, str] = {
    "said": f"SELECT seq, {_SAID} FROM ballot WHERE kind <> 'undo'",  # noqa: S608  # parts of ours
    "decision": "SELECT seq, value FROM triage_decision WHERE field = 'note' AND value IS NOT NULL",
    "answer": "SELECT seq, substr(text, 1, ?) FROM response WHERE text <> '' AND reused_from IS NULL",
}
_SESSION = (
    "SELECT s.id, s.kind, d.name, s.title, (SELECT group_concat(c.name, ' ') FROM session_run sr "
    "JOIN run r ON r.id = sr.run_id JOIN config_version c ON c.hash = r.config_hash WHERE sr.session_id = s.id), "
    "p.name, s.fork_reason, s.created_at FROM session s JOIN dataset_version d ON d.hash = s.dataset_hash "
    "JOIN policy_version p ON p.hash = s.policy_hash WHERE s.id = ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastText:
    """A text, and where it stands."""

    kind: PastKind
    session_id: str | None
    """None of a prompt that no session has used."""
    text: str
    at: str
    case_id: str | None = None
    role: SessionRole | None = None
    """Whose answer it is."""
    run_id: str | None = None
    """Of an answer."""
    act: str | None = None
    """What a rater did: `vote`, `note` and so on."""
    queue: Queue | None = None
    """Where a rater did it."""
    config: str | None = None
    """Of a prompt, the name of its config."""
    version: str | None = None


# -- what is to be indexed


def last_of(connection: sqlite3.Connection, kind: SeqKind) -> int:
    """The number of the newest record of a kind; 0 where there is none."""
    return int(connection.execute(f"SELECT coalesce(max(seq), 0) FROM {_TABLE[kind]}").fetchone()[0])  # noqa: S608  # names of ours


def id_at(connection: sqlite3.Connection, kind: SeqKind, number: int) -> str:
    """The id of a record; empty where there is none of the number."""
    sql = f"SELECT id FROM {_TABLE[kind]} WHERE seq = ?"  # noqa: S608  # names of ours
    found = connection.execute(sql, (number,)).fetchone()
    return "" if found is None else str(found[0])


def texts_between(connection: sqlite3.Connection, kind: SeqKind, low: int, high: int) -> list[tuple[int, str]]:
    """The texts of the records with the numbers from `low` to `high`, ascending, in the form in which they are kept."""
    values = (LONGEST, low, high) if kind == "answer" else (low, high)
    cursor = connection.execute(f"{_TEXTS[kind]} AND seq BETWEEN ? AND ? ORDER BY seq", values)
    return cursor.fetchall()


def keys_of(connection: sqlite3.Connection, kind: KeyedKind) -> Iterator[str]:
    """Every key of a kind, the oldest first; one may come twice."""
    match kind:
        case "session":
            sql = "SELECT id FROM session ORDER BY created_at, id"
        case "prompt":
            sql = "SELECT hash FROM config_version ORDER BY coalesce(created_at, ''), rowid"
        case "question":
            sql = (
                "SELECT c.case_hash FROM (SELECT dataset_hash, min(created_at) AS first FROM session "
                "GROUP BY dataset_hash) d CROSS JOIN dataset_case c ON c.dataset_hash = d.dataset_hash "
                "ORDER BY d.first, c.dataset_hash, c.ordinal"
            )
    for (key,) in connection.execute(sql):
        yield key


def text_of(connection: sqlite3.Connection, kind: KeyedKind, key: str) -> str:
    """What of a session, a config or a case can be found, in the form in which texts are kept."""
    match kind:
        case "session":
            text = _session_text(connection.execute(_SESSION, (key,)).fetchone())
        case "prompt":
            text = _config_text(*_config(connection, key)[:2])
        case "question":
            case = _case(connection, key)
            text = f"{case['id']}\n{_question(case)}"
    return storable(text[:LONGEST])


# -- where it stands


class Places:
    """Looks up what was found, all of it as of one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def keyed(self, kind: KeyedKind, key: str) -> PastText | None:
        """None for what the database has no more, as it was replaced by an older copy."""
        match kind:
            case "session":
                row = self._connection.execute(_SESSION, (key,)).fetchone()
                return row and PastText(kind=kind, session_id=key, text=_session_text(row), at=row[-1])
            case "prompt":
                return self._prompt(key)
            case "question":
                return self._asked(key)

    def recorded(self, kind: SeqKind, number: int) -> PastText | None:
        """None for what was taken back, or stands in no session."""
        match kind:
            case "said":
                return self._said(number)
            case "decision":
                return self._decision(number)
            case "answer":
                return self._answer(number)

    def _prompt(self, version: str) -> PastText | None:
        found = self._connection.execute("SELECT 1 FROM config_version WHERE hash = ?", (version,)).fetchone()
        if found is None:
            return None
        name, config, at = _config(self._connection, version)
        used = self._connection.execute(
            "SELECT s.id, s.created_at FROM run r JOIN session_run sr ON sr.run_id = r.id "
            "JOIN session s ON s.id = sr.session_id WHERE r.config_hash = ? ORDER BY s.created_at DESC, s.id DESC",
            (version,),
        ).fetchone()
        session_id, since = used or (None, "")
        return PastText(
            kind="prompt",
            session_id=session_id,
            text=_config_text(name, config),
            at=at or since,
            config=name,
            version=version,
        )

    def _asked(self, case_hash: str) -> PastText | None:
        """In the newest session that asks it."""
        if self._connection.execute("SELECT 1 FROM blob WHERE hash = ?", (case_hash,)).fetchone() is None:
            return None
        case = _case(self._connection, case_hash)
        for session_id, dataset_hash, at in self._sessions:
            found = self._connection.execute(
                "SELECT 1 FROM dataset_case c JOIN session_item i ON i.session_id = ? AND i.case_id = c.case_id "
                "WHERE c.dataset_hash = ? AND c.case_id = ? AND c.case_hash = ?",
                (session_id, dataset_hash, storable(str(case["id"])), case_hash),
            ).fetchone()
            if found is not None:
                text = _question(case)
                return PastText(kind="question", session_id=session_id, text=text, at=at, case_id=str(case["id"]))
        return None

    def _said(self, number: int) -> PastText | None:
        row = self._connection.execute(
            "SELECT p.session_id, p.case_id, b.kind, b.dimension, b.value, b.at, i.queue FROM ballot b "
            "JOIN presentation p ON p.id = b.presentation_id JOIN session s ON s.id = p.session_id "
            "JOIN session_item i ON i.session_id = p.session_id AND i.position = p.position WHERE b.seq = ? "
            "AND NOT EXISTS (SELECT 1 FROM ballot u WHERE u.supersedes = b.id AND u.kind = 'undo') "
            # What a judge said of a case is kept from whoever has still to rate it; an imported session asks nobody.
            "AND (s.kind = 'import' OR substr(p.rater_id, 1, 6) <> 'judge:')",
            (number,),
        ).fetchone()
        if row is None:
            return None
        session_id, case_id, kind, dimension, value, at, queue = row
        said = " ".join(restored(str(part)) for part in (kind, dimension, value) if part is not None)
        case = restored(case_id)
        return PastText(kind="said", session_id=session_id, text=said, at=at, case_id=case, act=kind, queue=queue)

    def _decision(self, number: int) -> PastText | None:
        """A note of triage that is in force, in the newest session of its runs."""
        row = self._connection.execute(
            "SELECT baseline_run, candidate_run, case_id, value, at FROM triage_decision d WHERE seq = ? "
            "AND NOT EXISTS (SELECT 1 FROM triage_decision u WHERE u.supersedes = d.id)",
            (number,),
        ).fetchone()
        if row is None:
            return None
        a, b, case_id, note, at = row
        both = [one for one, _ in self._sides.get(a, ()) if one in {other for other, _ in self._sides.get(b, ())}]
        if not both:
            return None
        return PastText(kind="decision", session_id=both[-1], text=restored(note), at=at, case_id=restored(case_id))

    def _answer(self, number: int) -> PastText | None:
        """In the first session that stands on its run; answers that another one took over are told there."""
        sql = "SELECT run_id, case_id, substr(text, 1, ?), started_at FROM response WHERE seq = ?"
        row = self._connection.execute(sql, (LONGEST, number)).fetchone()
        if row is None or row[0] not in self._sides:
            return None
        run_id, case_id, text, at = row
        session_id, role = self._sides[run_id][0]
        return PastText(
            kind="answer",
            session_id=session_id,
            text=restored(text),
            at=at,
            case_id=restored(case_id),
            role=role,
            run_id=run_id,
        )

    @cached_property
    def _sessions(self) -> list[tuple[str, str, str]]:
        """Id, dataset and moment, the newest first."""
        sql = "SELECT id, dataset_hash, created_at FROM session ORDER BY created_at DESC, id DESC"
        return self._connection.execute(sql).fetchall()

    @cached_property
    def _sides(self) -> dict[str, list[tuple[str, SessionRole]]]:
        """Of each run the sessions that stand on it, the oldest first."""
        rows = self._connection.execute(
            "SELECT sr.run_id, s.id, sr.role FROM session_run sr JOIN session s ON s.id = sr.session_id "
            "ORDER BY s.created_at, s.id"
        )
        sides: dict[str, list[tuple[str, SessionRole]]] = {}
        for run_id, session_id, role in rows:
            sides.setdefault(run_id, []).append((session_id, role))
        return sides


def blind_by_run(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """Of each run the blind sessions that show its answers, their own or taken over from it."""
    own = (
        "SELECT sr.run_id, s.id FROM session s CROSS JOIN session_run sr ON sr.session_id = s.id WHERE s.blind",
        "SELECT DISTINCT o.run_id, s.id FROM session s CROSS JOIN session_run sr ON sr.session_id = s.id "
        "CROSS JOIN response r ON r.run_id = sr.run_id AND r.reused_from IS NOT NULL "
        "CROSS JOIN response o ON o.id = r.reused_from WHERE s.blind",
    )
    found: dict[str, set[str]] = {}
    for sql in own:
        for run_id, session_id in connection.execute(sql):
            found.setdefault(run_id, set()).add(session_id)
    return found


def _session_text(row: tuple[Any, ...]) -> str:
    return " · ".join(restored(part) for part in row[:-1] if part)


def _config(connection: sqlite3.Connection, version: str) -> tuple[str, dict[str, Any], str]:
    """Name, content, and when it was recorded, where that is known."""
    sql = "SELECT name, json, created_at FROM config_version WHERE hash = ?"
    name, content, at = connection.execute(sql, (version,)).fetchone()
    return restored(name), json.loads(content), at or ""


def _config_text(name: str, config: dict[str, Any]) -> str:
    """The name, the texts of the prompt, then whatever else was written into the config."""
    prompt: dict[str, Any] = config.get("prompt") or {}
    rest = {key: value for key, value in config.items() if key not in ("name", "prompt")}
    return " · ".join((name, *_strings(prompt), *_strings(rest)))


def _strings(value: Any) -> Iterator[str]:
    """Texts, and numbers with what they are called, in the order in which they stand."""
    if isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            if isinstance(item, int | float) and not isinstance(item, bool):
                yield f"{key} {item}"
            else:
                yield from _strings(item)
    elif isinstance(value, list):
        for item in cast("Iterable[Any]", value):
            yield from _strings(item)
    elif isinstance(value, str) and value:
        yield value


def _case(connection: sqlite3.Connection, case_hash: str) -> dict[str, Any]:
    (data,) = connection.execute("SELECT bytes FROM blob WHERE hash = ?", (case_hash,)).fetchone()
    return json.loads(cast("bytes", data).decode("utf-8", "surrogatepass"))


def _question(case: dict[str, Any]) -> str:
    """What a user said in it, the last first."""
    asked: Any = case["input"]
    if isinstance(asked, str):
        return asked
    return "\n".join(message["content"] for message in reversed(asked) if message["role"] == "user")
