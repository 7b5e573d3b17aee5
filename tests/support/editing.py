"""A small workspace whose sides ask a server, with prompts that can be edited."""

from pathlib import Path

from support.live import asking, both, taken_up
from support.workspaces import make_workspace
from tiebreak_workbench.workbench import Workbench


def ask(folder: Path, base_url: str) -> Path:
    """Both sides ask a server; A has no prompt, B is told how to be, in refusals only."""
    make_workspace(folder, policy=asking("{vote: required}") + "checks: [{kind: max_length, chars: 500}]\n")
    for name, system in (("plain", None), ("warm", "{% if segment == 'bye' %}Be warm.{% endif %}")):
        prompt = f', prompt: {{system: "{system}"}}' if system else ""
        (folder / "configs" / f"{name}.yaml").write_text(
            f"{{target: {{kind: model, model: 'normal?words=4', base_url: '{base_url}'}}, retries: 0{prompt}}}\n"
        )
    return folder


async def rated(bench: Workbench, id_: str, cases: int) -> None:
    async with taken_up(bench, id_, lookahead=0) as live:
        for position in range(cases):
            await both(live, position)
            live.vote(position, "B")
        await live.checking.checked()
        await live.saves.settled()
