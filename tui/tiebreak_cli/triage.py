"""`tiebreak triage`: what changed between two runs, the worst first, and what was decided about it."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiebreak.errors import UsageError
from tiebreak_cli.evidence import JsonOption
from tiebreak_cli.opening import WorkspaceOption
from tiebreak_cli.start import HERE, has_terminal

LISTED = 20

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiebreak.records.triage import DecisionField
    from tiebreak.triage import Filter
    from tiebreak_tui.wishes import Wishes
    from tiebreak_workbench.triage.triage import Triage


def triage(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="A session, or two runs: a baseline's name, SESSION:A, config:NAME or an id each. Then, to decide "
            "about them, the ids of cases.",
            metavar="[SESSION | A B] [CASE]...",
        ),
    ] = None,
    filter_: Annotated[
        str, typer.Option("--filter", "-f", help="Such as `check:json status:open seg:eu latency>2`.")
    ] = "",
    check: Annotated[
        list[str] | None,
        typer.Option("--check", help="Only where this check flipped, either way; repeatable."),
    ] = None,
    words: Annotated[str, typer.Option("--search", "-s", help="Words to find in ids, questions and answers.")] = "",
    group: Annotated[bool, typer.Option("--group", help="Put failures together that are nearly the same.")] = False,
    cases: Annotated[
        int | None, typer.Option("--cases", "-n", min=1, help="How many cases or groups to list.", show_default="20")
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", help="FIELD=VALUE of the cases: status, cause, assignee, note; parted by commas."),
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="A note on the cases.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Decide about everything that the filter leaves.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what you decided last.")] = False,
    history: Annotated[
        str | None, typer.Option("--history", metavar="CASE", help="All that was ever decided about a case.")
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", help="What may differ: dataset, samples, parameters, checks or judge; repeatable."),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="In the app: propose to ask nothing, and use answers that are there.")
    ] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = HERE,
) -> None:
    """List what changed from A to B, regressions first; decide about cases. Nothing is asked of any model.

    On a terminal, with nothing to print or to decide, opens in the app.
    """
    from tiebreak.triage import parse_filter
    from tiebreak.triage.filtering import quoted
    from tiebreak_cli.output import progress
    from tiebreak_tui.wishes import Wishes
    from tiebreak_workbench.triage.names import named_runs
    from tiebreak_workbench.triage.triage import Triage
    from tiebreak_workbench.workbench import Workbench

    checks = f"check:{','.join(map(quoted, check))}" if check else ""
    wanted = parse_filter(f"{checks} {filter_} {words}")
    values = _values(sets, note)
    if sum((undo, history is not None, bool(values))) > 1:
        raise UsageError("Set, undo, or see the history: one of them at a time.")
    with Workbench.existing(workspace) as bench:
        bench.require_record()
        a, b, chosen = named_runs(bench, names or ["last"])
        if not (chosen or values or every or undo or history or group or cases or as_json) and has_terminal():
            Triage.named(bench, a, b, allow=allow or ()).close()  # what is refused is refused here, and not in the app
            wishes = Wishes(triage=(a, b), triage_filter=str(wanted), allow=tuple(allow or ()), offline=offline)
            bench.close()
            raise SystemExit(_in_app(workspace, wishes))
        if chosen and not values:
            hint = "With --set or --note they are decided about; `tiebreak show SESSION CASE` shows one."
            raise UsageError(f"Nothing is said of what to do with {', '.join(chosen[:3])}.", hint=hint)
        with progress() as shown, Triage.open(bench, a, b, allow=allow or (), progress=shown) as opened:
            if wanted.words:
                opened.index_texts(shown)
            if history is not None:
                _history(opened, history, as_json=as_json)
            elif undo:
                done = opened.undo()
                _told(f"Taken back for {_cases(done.cases)}.", done, as_json=as_json)
            elif values:
                _decide(opened, wanted, values, chosen, every=every, as_json=as_json)
            else:
                _list(opened, wanted, cases or LISTED, group=group, as_json=as_json)


def _in_app(folder: "Path", wishes: "Wishes") -> int:
    from tiebreak_tui.launch import launch

    return launch(folder, wishes)


def _values(sets: "Sequence[str] | None", note: str | None) -> "dict[DecisionField, str | None]":
    from tiebreak.checks.parse import nearest
    from tiebreak.records.triage import FIELDS
    from tiebreak_workbench.triage.values import checked_values

    found: dict[DecisionField, str | None] = {}
    for text in sets or ():
        # A note may hold commas, so it ends the list.
        head, is_note, rest = text.partition("note=")
        parts = [part for part in head.split(",") if part.strip()] + ([f"note={rest}"] if is_note else [])
        for part in parts:
            name, equals, value = part.partition("=")
            field: DecisionField | None = next((one for one in FIELDS if one == name.strip()), None)
            if not equals:
                raise UsageError(f"“{part}” is no pair.", hint="Write FIELD=VALUE, such as status=confirmed.")
            if field is None:
                raise UsageError(f"There is no field “{name}” to set.", hint=nearest(name, list(FIELDS)))
            found[field] = value
    if note is not None:
        found["note"] = note
    return checked_values(found) if found else {}


def _decide(
    opened: "Triage",
    wanted: "Filter",
    values: "dict[DecisionField, str | None]",
    chosen: "Sequence[str]",
    *,
    every: bool,
    as_json: bool,
) -> None:
    if bool(chosen) == every:
        hint = "Name the cases, or add --all for everything that --filter and --search leave."
        raise UsageError("Which cases are meant?", hint=hint)
    for case_id in chosen:
        opened.place_of(case_id)
    ids = list(chosen) or opened.case_ids(opened.listing(wanted).places)
    done = opened.decide(ids, values)
    words = ", ".join(f"{field} {value or 'cleared'}" for field, value in values.items())
    told = f"{_cases(done.cases)} now {'has' if done.cases == 1 else 'have'}: {words}. `--undo` takes it back."
    if not done.decisions:
        told = "Nothing to change: it was so already." if ids else "The filter leaves no case."
    if done.unanswered:
        told += f" Not of {', '.join(done.unanswered)}: B has no answer there."
    _told(told, done, as_json=as_json)


def _told(text: str, done: object, *, as_json: bool) -> None:
    from tiebreak_cli.output import print_json, say

    if as_json:
        print_json(done)
    else:
        say(text)


def _history(opened: "Triage", case_id: str, *, as_json: bool) -> None:
    from tiebreak_cli.output import local_minute, print_json, print_table, say

    found = opened.history(case_id)
    if as_json:
        print_json(found)
    elif not found:
        say("Nothing was decided about this case.")
    else:
        by_id = {decision.id: decision for decision in found}
        print_table(
            f"Decisions about {case_id}, oldest first",
            ("when", "who", "field", "value"),
            (
                (
                    local_minute(d.at),
                    d.rater_id,
                    d.field,
                    (d.value or "(cleared)")
                    if d.act == "set"
                    else f"(takes back “{by_id[d.supersedes].value or ''}”)"
                    if d.supersedes in by_id
                    else "(taken back)",
                )
                for d in found
            ),
        )


def _list(opened: "Triage", wanted: "Filter", limit: int, *, group: bool, as_json: bool) -> None:
    from tiebreak_cli.output import complain_line, console, print_json
    from tiebreak_cli.triage_text import groups_plain, listing_plain, print_groups, print_listing

    for field, value in opened.unknown_values(wanted):
        from tiebreak.checks.parse import nearest

        known = opened.view.values(field)
        complain_line(f"No case has {field}:{value}. {nearest(value, known)}")
    if group:
        groups = opened.groups(wanted)
        if as_json:
            print_json(groups_plain(opened, groups, limit))
        else:
            print_groups(console(), opened, groups, limit)
        return
    listing = opened.listing(wanted)
    if as_json:
        print_json(listing_plain(opened, listing, limit))
    else:
        print_listing(console(), opened, listing, limit)


def _cases(n: int) -> str:
    from tiebreak.gates.wording import plural

    return plural(n, "case")


def add_to(app: typer.Typer) -> None:
    app.command()(triage)
