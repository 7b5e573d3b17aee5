"""Commands that read, take in and hand out evidence: `sessions`, `show`, `import`, `export`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE

if TYPE_CHECKING:
    from tiebreak.records import SessionRole, Vote
    from tiebreak_workbench.workbench import Workbench

JsonOption = Annotated[bool, typer.Option("--json", help="JSON for machines instead of text.")]
FindOption = Annotated[
    str | None, typer.Option("--find", help="Search sessions, prompts, questions, notes, votes and answers.")
]
SessionArgument = Annotated[str, typer.Argument(help="A session: its id, the start of it, or `last`.")]


def sessions(
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, newest first.")] = 20,
    find: FindOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """List the sessions of a workspace, or with --find the places in them that hold a text."""
    from tiebreak_cli.output import local_minute, print_json, print_table, say
    from tiebreak_workbench.shell import in_folder
    from tiebreak_workbench.workbench import Workbench

    place = in_folder(workspace)
    with Workbench.existing(workspace) as bench:
        if find is not None:
            print_found(bench, find, limit, as_json=as_json)
            return
        found = bench.store.sessions(limit) if bench.recorded else []
    if as_json:
        print_json(found)
    elif not found:
        say("No session yet. `tiebreak` opens the app and starts one.")
    else:
        print_table(
            "Sessions, newest first",
            ("id", "kind", "dataset", "A against B", "voted #", "last activity"),
            (
                (
                    s.id,
                    s.origin,
                    s.dataset,
                    " against ".join(s.configs.get(role, "?") for role in ("baseline", "candidate")),
                    f"{s.voted}/{s.planned}",
                    local_minute(s.last_activity),
                )
                for s in found
            ),
        )
        say(f"Resume one with `tiebreak arena -r ID{place}`.")


def print_found(bench: "Workbench", text: str, limit: int, *, as_json: bool) -> None:
    """Print the places in everything recorded that hold a text, or nearly do."""
    from tiebreak_cli.found_text import print_hits
    from tiebreak_cli.output import print_json, progress, safe_line, say
    from tiebreak_workbench.past.finding import find
    from tiebreak_workbench.past.words import read_as_words

    with progress() as shown:
        found = find(bench, text, limit=limit, progress=shown)
    if as_json:
        print_json(found)
    elif not found.hits:
        say(f"Nothing recorded here holds “{text}”.")
    else:
        print_hits(found.hits)
        if found.read_as:
            say(safe_line(read_as_words(found), 400))
        say("`tiebreak show SESSION CASE` shows one, `tiebreak history CONFIG` the versions of a prompt.")


def show(
    session: SessionArgument = "last",
    case: Annotated[str | None, typer.Argument(help="A case of it: both answers, whole.")] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Open a blind session that is not finished; written down.")
    ] = False,
    unsealed: Annotated[
        bool, typer.Option("--unsealed", help="Of a case: also judges' verdicts; your vote on it counts no more.")
    ] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Print a session's scoreboard, recomputed from its rows, or one case with both answers.

    The exit code says how the gates stand: 0 all passed, 1 one failed, 3 not decided.
    """
    from tiebreak_cli.exits import NOT_DECIDED, verdict_code
    from tiebreak_cli.output import console, print_json, say
    from tiebreak_workbench.figures.figures import stored_material, work_out
    from tiebreak_workbench.figures.figures_report import show_report
    from tiebreak_workbench.figures.looking import look_at
    from tiebreak_workbench.figures.sealed import sealed_words
    from tiebreak_workbench.judges.claims import claims_of_session, claims_report
    from tiebreak_workbench.judges.served import served_by_judges, served_report
    from tiebreak_workbench.judges.spend import judging_costs
    from tiebreak_workbench.judges.standing import session_standings, standing_words
    from tiebreak_workbench.past.versions import tried_on
    from tiebreak_workbench.workbench import Workbench

    if unsealed and case is None:
        raise UsageError("Verdicts are unsealed case by case.", hint="Name one: `tiebreak show last CASE --unsealed`.")
    with Workbench.existing(workspace) as bench:
        bench.require_record()
        look = look_at(bench, session, "show", reveal=reveal)
        stored, snapshot = look.stored, look.board.snapshot()
        if look.sealed:
            if as_json:
                print_json({"session": stored.session.id, "blind": True, "sealed": True, "done": snapshot.done,
                            "planned": snapshot.planned})  # fmt: skip
            else:
                say(sealed_words(snapshot))
            raise typer.Exit(NOT_DECIDED)
        if case is not None:
            from tiebreak_cli.answers import show_case

            show_case(bench, session, case, unsealed=unsealed, as_json=as_json)
            return
        figures = work_out(stored_material(stored, look.board), tried_on(bench.store, stored))
        judges, changed = session_standings(bench, stored), served_by_judges(bench, stored)
        claims = list(claims_of_session(bench, stored))
        if as_json:
            costs = judging_costs(bench, stored.session.id)
            print_json({**show_report(stored, figures), **costs, "judge_status": judges,
                        "judged_claims": claims_report(claims), "judges_served": served_report(changed)})  # fmt: skip
        else:
            from tiebreak_cli.scoreboard import print_judges, print_scoreboard
            from tiebreak_workbench.figures.unjudged import unjudged_words
            from tiebreak_workbench.judges.to_judge import words_to_judge

            notes = [
                *unjudged_words(bench, stored.session.id),
                *words_to_judge(bench, stored, snapshot.gates),
            ]
            print_scoreboard(console(), stored, snapshot, figures=figures, notes=notes)
            print_judges(bench, [stored.session.id])
            for name, found in judges.items():
                say(standing_words(name, found))
            for found_claims in claims:
                say(found_claims.words)
            for one in changed:
                for told in (*one.sentences(), *one.asides()):
                    say(told)
    raise typer.Exit(verdict_code(snapshot.decision))


def import_(
    files: Annotated[
        list[Path], typer.Argument(help="JSONL or CSV, for answers also two files, A's first; or files of other tools.")
    ],
    from_: Annotated[
        str | None, typer.Option("--from", help="The tool they come from, such as promptfoo; else told by the files.")
    ] = None,
    what: Annotated[
        str | None, typer.Option("--what", help="Of plain rows: answers, votes, verdicts or judgments.")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", "-d", help="The dataset of the cases, unless the file has the questions.")
    ] = None,
    session: Annotated[
        str | None, typer.Option("--session", "-s", help="Add to this session: votes and verdicts on its answers.")
    ] = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", "-a", help="Name of A; of many configs in a file, the one to take.")
    ] = None,
    candidate: Annotated[str | None, typer.Option("--candidate", "-b", help="Name of B, likewise.")] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", "-p", help="Its gates; else the first of the workspace that fits.")
    ] = None,
    rater: Annotated[
        str | None, typer.Option("--rater", help="Who voted or judged, where the file does not say; such as gold.")
    ] = None,
    fields: Annotated[
        list[str] | None, typer.Option("--field", "-f", help="FIELD=COLUMN, as in `-f case=question_id`; repeatable.")
    ] = None,
    values: Annotated[
        list[str] | None, typer.Option("--value", help="WORD=VOTE, as in `--value worse=A`; repeatable.")
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Take in answers, votes or verdicts made elsewhere, or results of other tools. The same ones are taken in once."""
    from tiebreak_cli.keeping import keep_for_triage
    from tiebreak_cli.output import print_json, progress, say
    from tiebreak_workbench.imports.anything import collect_seldom, import_any, sessions_in
    from tiebreak_workbench.workbench import Workbench

    sides: dict[SessionRole, str | None] = {"baseline": baseline, "candidate": candidate}
    collect_seldom()
    with Workbench.existing(workspace) as bench:
        with progress() as shown:
            report = import_any(
                bench,
                files,
                tool=from_,
                what=what,
                dataset=dataset,
                session=session,
                policy=policy,
                names={role: name for role, name in sides.items() if name is not None},
                rater=rater,
                fields=pairs(fields, "FIELD=COLUMN, such as case=question_id"),
                values={word: _vote(vote) for word, vote in pairs(values, "WORD=VOTE, such as worse=A").items()},
                progress=shown,
            )
        if as_json:
            print_json(report)
        else:
            say(report.words(workspace))
        keep_for_triage(bench, sessions_in(report))


def pairs(texts: list[str] | None, form: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise UsageError(f"“{text}” is no pair.", hint=f"Write {form}.")
        pairs[name] = value
    return pairs


def _vote(text: str) -> "Vote":
    from tiebreak.records import VOTES

    for vote in VOTES:
        if vote == text:
            return vote
    raise UsageError(f"“{text}” is no vote.", hint=f"Votes are {', '.join(VOTES)}.")


def export(
    session: SessionArgument = "last",
    to: Annotated[Path | None, typer.Option("--to", "-o", help="A file; standard output unless given.")] = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="jsonl, csv, judgments, judgments-csv, parquet, dpo, kto, sft, llm-comparator, promptfoo or "
            "regressions.",
        ),
    ] = "jsonl",
    as_csv: Annotated[bool, typer.Option("--csv", help="The same as --format csv: one line per case.")] = False,
    force: Annotated[bool, typer.Option("--force", help="With --to: replace a file that is there.")] = False,
    unsealed: Annotated[
        bool,
        typer.Option("--unsealed", help="Also judges' verdicts on unrated cases; your votes on these count no more."),
    ] = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Hand out a session: everything in it as JSONL, or its cases and preferences for other tools."""
    from tiebreak_cli.output import complain_line, progress, say
    from tiebreak_workbench.exports.formats import export_as
    from tiebreak_workbench.workbench import Workbench

    with Workbench.existing(workspace) as bench, progress() as shown:
        bench.require_record()
        exported = export_as(bench, "csv" if as_csv else format_, session, to, shown, replace=force, unsealed=unsealed)
    if to is not None:
        say(exported.sentences(to))
    elif exported.left_out or exported.notes:
        complain_line(exported.sentences(Path("stdout")))


def add_to(app: typer.Typer) -> None:
    app.command()(sessions)
    app.command()(show)
    app.command(name="import")(import_)
    app.command()(export)
