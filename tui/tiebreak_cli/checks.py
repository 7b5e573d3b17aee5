"""`checks`: what there is to check answers by."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tiebreak.checks.describe import Description


def checks(
    name: Annotated[str | None, typer.Argument(help="One kind, with its options.", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for machines instead of text.")] = False,
) -> None:
    """List the kinds of checks, each with an example as it is written in a policy, on a card or on a case."""
    from tiebreak.checks.describe import describe
    from tiebreak.checks.parse import nearest, shown
    from tiebreak.checks.registry import check_kinds
    from tiebreak.errors import UsageError
    from tiebreak_cli.output import print_json

    kinds = check_kinds()
    if name is not None and name not in kinds:
        raise UsageError(f"There is no check of kind {shown(name)}.", hint=nearest(name, kinds))
    wanted = [describe(check) for kind, check in kinds.items() if name in (None, kind)]
    if as_json:
        print_json(wanted if name is None else wanted[0])
    elif name is None:
        _list(wanted)
    else:
        _show(wanted[0])


def _list(wanted: "list[Description]") -> None:
    from rich.text import Text

    from tiebreak.checks.describe import as_yaml
    from tiebreak_cli.output import safe, show

    for one in wanted:
        show(Text.assemble((safe(one.kind), "bold"), "  ", safe(one.summary)))
        show(Text(f"  {safe(as_yaml(one.example, flow=True))}", "dim"))


def _show(one: "Description") -> None:
    from rich.text import Text

    from tiebreak.checks.describe import as_yaml
    from tiebreak_cli.output import safe, show

    show(Text.assemble((safe(one.kind), "bold"), "  ", safe(one.summary)))
    for part in one.more.split("\n\n") if one.more else ():
        show(Text(f"\n{safe(part)}"))
    if one.needs is not None:
        show(Text(f"\nNeeds: pip install 'tiebreak[{safe(one.needs)}]'", "yellow"))
    if one.options:
        show(Text("\nOptions", "bold"))
        width = max(len(option.name) for option in one.options)
        for option in one.options:
            unless = f" ({option.unless_given} unless given)" if option.unless_given else ""
            remark = " (needed)" if option.needed else unless
            show(Text.assemble((f"  {option.name:<{width}}", "cyan"), f"  {safe(option.type + remark)}"))
    show(Text("\nFor example", "bold"))
    show(Text("\n".join(f"  {line}" for line in safe(as_yaml(one.example, flow=False)).splitlines())))
    for path, text in one.files.items():
        show(Text(f"\n  with {safe(path)}:\n" + "\n".join(f"    {line}" for line in safe(text).splitlines())))
    if one.about:
        show(Text(f"  for a case with {safe(one.about.replace('`', ''))}", "dim"))
    show(Text.assemble("  ", ("✔", "green"), f" {safe(one.passes)}"))
    show(Text.assemble("  ", ("✘", "red"), f" {safe(one.fails)}"))


def add_to(app: typer.Typer) -> None:
    app.command()(checks)
