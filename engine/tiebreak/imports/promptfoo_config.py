"""A config of promptfoo as configs of ours: each provider with each prompt. `datasets.exchange` reads its tests."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tiebreak.datasets.exchange.promptfoo import INPUTS
from tiebreak.datasets.reading import Located, read_document, read_text
from tiebreak.errors import ImportFormatError, InputError
from tiebreak.imports.values import is_list, is_mapping, mapping, mappings, messages, slug, text, words
from tiebreak.records import Config, Message, ModelTarget, Prompt

PREFIXES: Mapping[str, str] = {
    "openai": "openai", "anthropic": "anthropic", "openrouter": "openrouter", "groq": "groq", "mistral": "mistral",
    "deepseek": "deepseek", "togetherai": "together_ai", "together": "together_ai", "xai": "xai",
    "fireworks": "fireworks_ai", "cerebras": "cerebras", "perplexity": "perplexity", "ollama": "ollama",
    "google": "gemini", "vertex": "vertex_ai", "bedrock": "bedrock", "azure": "azure", "cohere": "cohere",
}  # fmt: skip
"""A provider's first word in promptfoo → its prefix here."""
KINDS = ("chat", "completion", "messages", "responses", "text")
"""Words between provider and model that say which of its protocols is meant."""
PARAMETERS = (
    "temperature", "top_p", "max_tokens", "seed", "stop", "frequency_penalty", "presence_penalty",
    "max_completion_tokens",
)  # fmt: skip
PROMPT_FILES = (".txt", ".md", ".json", ".yaml", ".yml", ".j2")
_VARIABLE = re.compile(r"\{\{(-?)\s*([A-Za-z_]\w*)((?:\.\w+)*)\s*(\|[^}]*)?(-?)\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a config gave."""

    configs: tuple[Config, ...]
    left_out: tuple[str, ...]
    """A sentence for each provider and prompt that could not be taken."""


def is_promptfoo_config(path: Path) -> bool:
    """Whether a document holds providers and prompts, or tests, at its top."""
    if path.suffix.lower() not in (".yaml", ".yml", ".json") or not path.is_file():
        return False
    try:
        top = read_document(path, ImportFormatError).mapping or {}
    except InputError:
        return False
    return "results" not in top and ("providers" in top or "targets" in top) and ("prompts" in top or "tests" in top)


def read_configs(path: Path) -> Taken:
    """Every provider with every prompt. Prompt files are read where they are inside the config's folder.

    Raises:
        ImportFormatError: for a file that cannot be read.
    """
    source = read_document(path, ImportFormatError)
    top = source.mapping or {}
    left_out: list[str] = []
    prompts = list(_prompts(source, path.parent, left_out))
    variable = _input_variable(top)
    configs: list[Config] = []
    for item in _listed(top.get("providers", top.get("targets"))):
        target = _target(item, left_out)
        if target is None:
            continue
        name, model, parameters = target
        for label, prompt in prompts or [("", Prompt())]:
            configs.append(
                Config(
                    name=_unique(slug(f"{name}-{label}" if len(prompts) > 1 else name), configs),
                    target=model,
                    prompt=_ours(prompt, variable),
                    parameters=parameters,
                    description=f"From {path.name}.",
                )
            )
    return Taken(configs=tuple(configs), left_out=tuple(left_out))


def _unique(name: str, configs: Sequence[Config]) -> str:
    taken = {config.name for config in configs}
    return next(one for one in (name, *(f"{name}-{k}" for k in range(2, len(taken) + 3))) if one not in taken)


def _listed(value: object) -> list[object]:
    return list(value) if is_list(value) else [] if value is None else [value]


def _target(item: object, left_out: list[str]) -> tuple[str, ModelTarget, Mapping[str, object]] | None:
    settings = mapping(None)
    id_, label = text(item), None
    if is_mapping(item):
        id_, label = text(item.get("id")), text(item.get("label"))
        settings = mapping(item.get("config"))
        if id_ is None and len(item) == 1:
            id_, inner = next(iter(item.items()))
            settings = mapping(mapping(inner).get("config"))
    first, _, rest = (id_ or "").partition(":")
    prefix = PREFIXES.get(first)
    kind, _, model = rest.partition(":")
    model = model if kind in KINDS and model else rest
    if prefix is None or not model:
        left_out.append(f"The provider “{id_ or words(item)[:80]}” has no counterpart here: write its config by hand.")
        return None
    base = text(settings.get("apiBaseUrl")) or text(settings.get("baseUrl"))
    key = text(settings.get("apiKeyEnvar"))
    parameters = {name: settings[name] for name in PARAMETERS if settings.get(name) is not None}
    dropped = sorted(set(settings) - set(PARAMETERS) - {"apiBaseUrl", "baseUrl", "apiKeyEnvar", "apiKey"})
    if dropped:
        left_out.append(f"Of the provider “{id_}”: {', '.join(dropped)}.")
    if settings.get("apiKey"):
        left_out.append(f"The key of the provider “{id_}”: keys are read from the environment.")
    target = ModelTarget(model=model if base else f"{prefix}/{model}", base_url=base, api_key_env=key if base else None)
    return label or (id_ or ""), target, parameters


def _prompts(source: Located, folder: Path, left_out: list[str]) -> Iterator[tuple[str, Prompt]]:
    for number, item in enumerate(_listed((source.mapping or {}).get("prompts")), start=1):
        label = f"prompt-{number}"
        raw = text(item)
        if is_mapping(item):
            label = text(item.get("label")) or label
            raw = text(item.get("raw")) or text(item.get("id"))
        if raw is not None and raw.startswith("file://"):
            raw = _file(raw.removeprefix("file://"), folder, left_out)
        elif raw is None:
            left_out.append(f"The prompt {number} is no text.")
        if raw is not None:
            yield label, _prompt(raw)


def _file(name: str, folder: Path, left_out: list[str]) -> str | None:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or path.suffix.lower() not in PROMPT_FILES:
        left_out.append(f"The prompt file “{name}” is outside of the config's folder, or no text.")
        return None
    try:
        return read_text(path, ImportFormatError)
    except ImportFormatError as problem:
        left_out.append(f"The prompt file “{name}”: {problem.message}")
        return None


def _prompt(raw: str) -> Prompt:
    """A chat is written as JSON or YAML with a list of messages."""
    if raw.lstrip()[:1] in ("[", "-"):
        from tiebreak.datasets.reading.yamltext import YamlProblem, read_yaml

        try:
            value, _ = read_yaml(raw)
        except YamlProblem:
            value = None
        found = messages(value)
        if found:
            return Prompt(messages=found)
    return Prompt(user=raw)


def _input_variable(top: Mapping[str, object]) -> str | None:
    """The variable that the dataset takes for the input; `datasets.exchange.promptfoo` chooses in the same way."""
    defaults = mapping(mapping(top.get("defaultTest")).get("vars"))
    for test in mappings(top.get("tests")):
        names = {**defaults, **mapping(test.get("vars"))}
        return next((name for name in INPUTS if name in names), next(iter(names)) if len(names) == 1 else None)
    return None


def _ours(prompt: Prompt, variable: str | None) -> Prompt:
    """The prompt with its variables under our names: the input, and all others in the metadata of a case."""

    def put(match: re.Match[str]) -> str:
        name = "input" if match[2] == variable else f"metadata.{match[2]}"
        return f"{{{{{match[1]} {name}{match[3]} {match[4] or ''}{match[5]}}}}}".replace("  ", " ")

    def all_of(template: str | None) -> str | None:
        return None if template is None else _VARIABLE.sub(put, template)

    told = tuple(Message(role=one.role, content=all_of(one.content) or "") for one in prompt.messages)
    return Prompt(system=all_of(prompt.system), user=all_of(prompt.user), messages=told)
