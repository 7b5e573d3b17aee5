"""What the name of a model tells: its family, and whether it stays the same model."""

import re
from collections.abc import Iterable

FAMILIES = (
    ("GPT", r"(?:chat)?gpt|o[1345](?![a-z])|davinci"),
    ("Claude", r"claude"),
    ("Gemini", r"gemini|gemma|palm|learnlm"),
    ("Llama", r"(?:meta-)?llama"),
    ("Mistral", r"(?:open-)?(?:mistral|mixtral|ministral|codestral|magistral|pixtral|devstral)"),
    ("Qwen", r"qwen|qwq|tongyi"),
    ("DeepSeek", r"deepseek"),
    ("Command", r"command|c4ai|aya"),
    ("Grok", r"grok"),
    ("Phi", r"phi-?\d"),
    ("Nova", r"nova|titan"),
    ("Kimi", r"kimi|moonshot"),
    ("GLM", r"(?:chat)?glm"),
    ("Jamba", r"jamba"),
    ("Nemotron", r"nemotron"),
)
_KNOWN = tuple((name, re.compile(rf"(?:^|[./:@_-])(?:{pattern})", re.IGNORECASE)) for name, pattern in FAMILIES)
_FIXED = re.compile(r"(?:\d{4}-\d{2}-\d{2}|[-@:.]\d{6,8}|-\d{4}|-\d{2}-\d{2}|-\d{3}|@[0-9a-f]{6,})(?:$|[-:@])")


def family_of(model: str | None) -> str | None:
    """The family that a model id names, such as `GPT` for `openai/gpt-4.1`; None where none is known."""
    if not model:
        return None
    return next((name for name, pattern in _KNOWN if pattern.search(model)), None)


def families_of(models: Iterable[str | None]) -> frozenset[str]:
    """Of several models, those that are known."""
    return frozenset(family for model in models if (family := family_of(model)) is not None)


def floats(model: str) -> bool:
    """Whether a name stands for whatever its provider serves under it today: it bears neither a date nor a version
    number of a release, as `gpt-4.1` beside `gpt-4.1-2025-04-14`."""
    name = model.rsplit("/", 1)[-1].lower()
    return "latest" in name or _FIXED.search(name) is None
