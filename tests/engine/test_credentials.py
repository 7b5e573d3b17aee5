"""Keys of every shape are found wherever they stand; what only resembles one is left alone."""

import random
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tiebreak.checks import Answer, parse_check, run_checks
from tiebreak.credentials import credentials_in
from tiebreak.records import Case
from tiebreak.redaction import Redactor

WORD = string.ascii_letters + string.digits
URL = WORD + "-_"
HEX = "0123456789abcdef"
SHAPES = {
    "openai project": ("sk-" + "proj-", URL, 74, "T3BlbkFJ", 74),
    "openai": ("sk-", WORD, 20, "T3BlbkFJ", 20),
    "openai service account": ("sk-" + "svcacct-", URL, 58, "T3BlbkFJ", 58),
    "anthropic": ("sk-" + "ant-api03-", URL, 93, "AA", 0),
    "openrouter": ("sk-" + "or-v1-", HEX, 64, "", 0),
    "deepseek": ("sk-", HEX, 32, "", 0),
    "google": ("AI" + "za", URL, 35, "", 0),
    "hugging face": ("h" + "f_", WORD, 34, "", 0),
    "groq": ("gs" + "k_", WORD, 52, "", 0),
    "xai": ("xa" + "i-", WORD, 80, "", 0),
    "perplexity": ("pp" + "lx-", WORD, 48, "", 0),
    "github": ("github" + "_pat_", WORD, 22, "_", 59),
    "github classic": ("gh" + "p_", WORD, 36, "", 0),
    "aws secret": ("aws_secret_access" + "_key = ", WORD + "/+", 40, "", 0),
    "aws secret, yaml": ("AWS_SECRET_ACCESS" + "_KEY: ", WORD + "/+", 40, "", 0),
    "variable": ("export OPENAI_API" + "_KEY=", WORD, 40, "", 0),
}
BEFORE = ["", "key: ", "(", '"', "`", "密钥", "é", "https://host/?key=", "sure:\n", "_", "-", "ß "]
AFTER = ["", ".", ")", '"', "`", " for now", "\n", "。", ", and"]


def key_of(shape: str, rng: random.Random) -> str:
    head, letters, first, middle, second = SHAPES[shape]

    def some(count: int) -> str:
        return "".join(rng.choice(letters) for _ in range(count))

    # Generators draw at random: the draws that make a placeholder of a key are too rare to be told apart from one.
    key = f"{head}{some(first)}{middle}{some(second)}"
    # A value without a digit may be a name in the source code: one generated key in a thousand is taken for such.
    return key if shape != "variable" or any(letter.isdigit() for letter in key) else key_of(shape, rng)


@settings(max_examples=300, deadline=None)
@example("aws secret", "", "", 674)  # no digit in it
@given(st.sampled_from(sorted(SHAPES)), st.sampled_from(BEFORE), st.sampled_from(AFTER), st.integers(min_value=0))
def test_a_key_is_found_wherever_it_stands(shape: str, before: str, after: str, seed: int) -> None:
    key = key_of(shape, random.Random(seed))
    if "=" in key or ":" in key:
        before = "Set " if before else ""
    text = f"Here you are.\n{before}{key}{after}"
    secret = key.split("= ")[-1].split("=")[-1].split(": ")[-1]
    (result,) = run_checks(Case(id="c", input="q"), Answer(text=text).response, [parse_check({"kind": "no_secrets"})])
    assert result.status == "fail", text
    assert secret not in result.detail
    assert secret[6:] not in Redactor().redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "Set OPENAI_API_KEY=sk-... in your shell.",
        "export OPENAI_API_KEY=<your key>",
        "OPENAI_API_KEY=YOUR_API_KEY",
        "ANTHROPIC_API_KEY=sk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "Use sk-proj-your-key-goes-here-0123456789-abcdefghij.",
        "aws_secret_access_key = ****************************************",
        "api_key = os.environ['OPENAI_API_KEY']",
        "api_key=settings.openai_api_key_of_team_2",
        "The commit 5a948d2011645749b01c730cbbf0d3f15a948d20 fixed it.",
        "Ticket 123e4567-e89b-42d3-a456-426614174000 is closed.",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "A risk-averse desk-based task-oriented sk-learn-like-model-selection-helper-function.",
        "The hf_transfer package and the gsk_ prefix; xai-powered answers with AIzawa.",
        "See https://example.com/ask-me-anything-about-everything-you-ever-wanted-to-know",
        "Your access token expires in 3600 seconds: sign in again afterwards.",
        "Keys of Groq begin with gsk_ and those of GitHub with github_pat_ or ghp_.",
    ],
)
def test_what_only_resembles_a_key_is_left_alone(text: str) -> None:
    assert list(credentials_in(text)) == []
    (result,) = run_checks(Case(id="c", input="q"), Answer(text=text).response, [parse_check({"kind": "no_secrets"})])
    assert result.status == "pass", result.detail


@settings(deadline=None)
@given(st.text(alphabet=st.characters(categories=["Ll", "Lu", "Zs", "Po"]), max_size=300))
def test_prose_holds_no_key(text: str) -> None:
    assert list(credentials_in(text)) == []


def test_a_key_may_be_allowed() -> None:
    key = key_of("openai project", random.Random(1))
    spec = parse_check({"kind": "no_secrets", "allow": [key]})
    (result,) = run_checks(Case(id="c", input="q"), Answer(text=f"Use {key}.").response, [spec])
    assert result.status == "pass"


def test_a_key_found_in_two_ways_is_taken_out_once() -> None:
    key = key_of("github", random.Random(3))
    assert Redactor().redact(f"MY_API_TOKEN={key} and the rest") == "MY_API_TOKEN=[redacted] and the rest"
    assert Redactor().redact("API_TOKEN=<your token>, please") == "API_TOKEN=<your token>, please"
