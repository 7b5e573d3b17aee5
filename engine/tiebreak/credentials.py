"""What credentials look like: shared by what takes them out of text and by the check that looks for them.

Shapes are those that the providers write in their own documentation, or that public scanners keep: GitHub's list of
supported secrets (docs.github.com/en/code-security/secret-scanning), gitleaks (`config/gitleaks.toml`), and for AWS
docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html. A new one is a line in `KEYS`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Found(NamedTuple):
    """A credential in a text."""

    kind: str
    start: int
    end: int


KEYS: tuple[tuple[str, str, str], ...] = (
    # Project, service account and admin keys are base64url; older ones are letters and digits around T3BlbkFJ.
    ("OpenAI key", "sk-", r"(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{32,}"),
    ("OpenAI key", "sk-", r"[A-Za-z0-9]{20,}T3BlbkFJ[A-Za-z0-9]{20,}"),
    ("Anthropic key", "sk-ant-", r"[a-z]{2,8}\d\d-[A-Za-z0-9_-]{32,}"),
    ("OpenRouter key", "sk-or-", r"(?:v\d-)?[0-9a-f]{32,}"),
    # DeepSeek, LiteLLM proxies and others write nothing more than sk- and letters and digits.
    ("API key", "sk-", r"[A-Za-z0-9]{24,}"),
    ("Google key", "AIza", r"[A-Za-z0-9_-]{35}"),
    ("Hugging Face token", "hf_", r"[A-Za-z0-9]{30,}"),
    ("Groq key", "gsk_", r"[A-Za-z0-9]{40,}"),
    ("xAI key", "xai-", r"[A-Za-z0-9_-]{40,}"),
    ("Perplexity key", "pplx-", r"[A-Za-z0-9]{40,}"),
    ("Cerebras key", "csk-", r"[A-Za-z0-9]{40,}"),
    ("Replicate token", "r8_", r"[A-Za-z0-9]{37,}"),
    ("NVIDIA key", "nvapi-", r"[A-Za-z0-9_-]{40,}"),
    ("GitHub token", "github_pat_", r"[A-Za-z0-9_]{60,}"),
    ("GitHub token", "gh", r"[pousr]_[A-Za-z0-9]{36,}"),
    ("GitLab token", "glpat-", r"[A-Za-z0-9_-]{20,}"),
    ("Slack token", "xox", r"[abeoprs]-[A-Za-z0-9-]{24,}"),
    ("AWS access key", "A", r"(?:KIA|SIA)[A-Z2-7]{16}(?![A-Za-z0-9])"),
)
"""Kind, the letters that it begins with, and what follows them."""

PREFIXES = ("sk-", "sk_", "gsk_", "xai-", "pplx-", "csk-", "hf_", "AIza", "r8_", "nvapi-", "github_pat_", "glpat-")
"""Beginnings that nothing but a key has, for whoever would rather take out too much than too little."""

# Letters and digits of ASCII alone: in 「密钥sk-…」 no word boundary stands before the key.
_KEYED = re.compile(
    r"(?<![A-Za-z0-9])(?:" + "|".join(f"(?P<k{n}>{head}{rest})" for n, (_, head, rest) in enumerate(KEYS)) + ")"
)
_ASSIGNED = re.compile(
    r"""
    (?<![A-Za-z0-9])
    (?:[A-Za-z0-9_]{0,40}_)?
    (?P<name>api_?key|secret_?key|secret_access_key|access_token|auth_token|api_token|client_secret)
    ["']?[ \t]{0,4}(?:=|:)[ \t]{0,4}["']?
    (?P<value>[A-Za-z0-9_/+.~-]{16,200}={0,2})
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PLACEHOLDER = re.compile(
    r"(?:^|[-_./])(?:your|example|sample|dummy|fake|placeholder|changeme|change|here|goes|redacted|insert|todo"
    r"|secret|token|key|environ|env|getenv|settings|config|process|secrets)(?:$|[-_./])|example$|x{6}|\*{3}|\.{3}",
    re.IGNORECASE,
)
_FEWEST = 9
"""Different characters: the 24 random hexadecimal digits of the shortest key have fewer once in 50,000 keys."""


def credentials_in(text: str) -> Iterator[Found]:
    """Keys that say by their first letters whose they are, then values given to a variable named like a key.

    Placeholders (`sk-...`, `YOUR_API_KEY`, `sk-ant-api03-xxxxxxxx`) are none.
    """
    for found in _KEYED.finditer(text):
        kind, head, _ = KEYS[int((found.lastgroup or "k0")[1:])]
        if credible(found.group()[len(head) :]):
            yield Found(kind, *found.span())
    for found in _ASSIGNED.finditer(text):
        value = found["value"]
        if credible(value) and (_drawn(value) or _of_aws(found["name"], value)):
            yield Found("key in a variable", *found.span("value"))


def _drawn(value: str) -> bool:
    """Whether a value looks drawn rather than written: one without a digit may be an identifier of the source code."""
    return bool(re.search(r"\d", value) and re.search(r"[A-Za-z]", value))


def _of_aws(name: str, value: str) -> bool:
    """Whether name and length say that this is a secret access key: one in 900 of them has no digit."""
    return name.casefold() == "secret_access_key" and re.fullmatch(r"[A-Za-z0-9/+]{40}", value) is not None


def credible(body: str) -> bool:
    """Whether this may have come from a generator of keys rather than from a page that explains them."""
    return len(set(body)) >= _FEWEST and not _PLACEHOLDER.search(body)
