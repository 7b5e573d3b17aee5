"""Finds answers that say who wrote them: in a blind session such an answer is not blind any more."""

import re
from collections.abc import Iterable

VENDORS = (
    "OpenAI", "Anthropic", "DeepMind", "Mistral AI", "DeepSeek", "Alibaba Cloud", "Cohere", "xAI", "AI21",
    "Moonshot AI", "Zhipu", "01.AI", "Meta AI", "Hugging Face", "Microsoft Copilot", "Perplexity AI", "MiniMax",
    "Baidu", "ByteDance",
)  # fmt: skip
FAMILIES = (
    r"Chat\s?GPT", r"GPT[-\s]?\d[\w.-]*", r"o[134]-(?:mini|preview|pro)", r"Claude", r"Gemini", r"Gemma", r"PaLM",
    r"Llama(?:[-\s]?\d[\w.-]*)?", r"Mistral", r"Mixtral", r"Codestral", r"Qwen[\w.-]*", r"Tongyi", r"Grok",
    r"Command[-\s]R\+?", r"Phi-\d[\w.-]*", r"Jamba", r"Kimi", r"ChatGLM", r"GLM-\d[\w.-]*", r"Nemotron", r"Ernie Bot",
)  # fmt: skip
_KNOWN = re.compile(rf"(?<![\w-])(?:{'|'.join((*map(re.escape, VENDORS), *FAMILIES))})(?![\w-])", re.IGNORECASE)
SHORTEST_OWN = 4
"""Characters of a config's or model's own name from which on it is looked for: shorter ones are ordinary words."""
LONGEST_SEARCHED = 100_000
"""Characters of an answer that are looked through."""


def names_in(text: str, *, own: Iterable[str] = (), question: str = "") -> tuple[str, ...]:
    """Names of models and vendors that an answer gives, as it writes them, each once, in order.

    `own` are the names of this session's own models and configs. A name that `question` holds as well says nothing
    about who answers.
    """
    text = text[:LONGEST_SEARCHED]
    found = [match.group().rstrip(".-") for match in _KNOWN.finditer(text)]
    for name in own:
        if len(name) >= SHORTEST_OWN:
            found += re.findall(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE)
    asked = question.casefold()
    return tuple({name.casefold(): name for name in found if name.casefold() not in asked}.values())
