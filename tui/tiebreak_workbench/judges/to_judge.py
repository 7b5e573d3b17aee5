"""What the gates of a session still want from their judges, and how to get it; which judges matter to them at all."""

from collections.abc import Iterable, Iterator, Mapping

from tiebreak.gates import GateOutcome
from tiebreak.gates.wording import plural
from tiebreak_store import StoredSession
from tiebreak_workbench.judges.standing import judges_in
from tiebreak_workbench.lease import held
from tiebreak_workbench.shell import command
from tiebreak_workbench.starting.preflight import known_judges
from tiebreak_workbench.workbench import Workbench


def judges_asked_for(outcomes: Iterable[GateOutcome]) -> Mapping[str, int]:
    """The judges that gates rest on, by name, with how many cases of a gate they have not judged at most."""
    found: dict[str, int] = {}
    for one in outcomes:
        name, missing = one.evidence.get("judge"), one.evidence.get("missing")
        if isinstance(name, str) and isinstance(missing, int):
            found[name] = max(missing, found.get(name, 0))
    return found


def words_to_judge(
    bench: Workbench, stored: StoredSession, outcomes: Iterable[GateOutcome], *, along: str | None = None
) -> Iterator[str]:
    """A sentence for each judge that has yet to judge cases of a gate. Names are outside text.

    While somebody works on the session its judge may still be at it, so nobody is sent to ask it beside them. Where it
    is worked on right here, `along` is the judge that goes along, of which nothing is said, or empty.

    Raises:
        StoreError: where the database cannot be read.
    """
    session_id = stored.session.id
    waiting = {name: cases for name, cases in judges_asked_for(outcomes).items() if cases}
    if not waiting:
        return
    said, here = judges_in(bench, stored), known_judges(bench.workspace)
    at_work = along is None and held(bench.store.path.parent, session_id)
    for name, cases in waiting.items():
        if name == along:
            continue
        open_ = f"The judge “{name}” has not judged {plural(cases, 'case')} that a gate needs"
        if name not in here:
            what = "its other verdicts were imported" if name in said else "there is no such judge here"
            yield (
                f"{open_}, and {what}. Put its file into judges/, bring in its verdicts with "
                "`tiebreak import --what judgments`, or decide by other gates with --policy."
            )
        elif at_work:
            yield f"{open_}. The session is open elsewhere, where it may still be asked."
        else:
            once = "" if along is None else "Once this session is left, "
            asks = command(("judge", session_id, "--judge", name), bench.workspace.folder)
            yield f"{open_}. {once}`{asks}` puts them to it."
