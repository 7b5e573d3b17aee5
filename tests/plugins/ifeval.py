"""A plug-in: the instruction checks of IFEval (Zhou et al. 2023), by the rules of its public checkers, as one kind.

What an outside package does to add a kind: one class, and one entry point in the group `tiebreak.checks`.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tiebreak.checks import Check, Example, Verdict
from tiebreak.records import Case, Response

Rule = Callable[[str, Mapping[str, Any]], bool]
RULES: dict[str, Rule] = {}


def rule(name: str) -> Callable[[Rule], Rule]:
    def put(function: Rule) -> Rule:
        RULES[name] = function
        return function

    return put


@dataclass(frozen=True, slots=True, kw_only=True)
class Ifeval(Check):
    """The answer follows one instruction of IFEval."""

    kind: ClassVar[str] = "ifeval"
    example: ClassVar[Example] = Example(
        params={"instruction": "punctuation:no_comma"}, passes="No commas here.", fails="One, here."
    )

    instruction: str
    arguments: Mapping[str, object] = field(default_factory=dict[str, object])

    def __post_init__(self) -> None:
        if self.instruction not in RULES:
            raise ValueError(f"“{self.instruction}” is no instruction of IFEval that is checked here.")

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        followed = RULES[self.instruction](response.text, self.arguments)
        return Verdict.of(followed, f"{self.instruction} is not followed")


def compares(relation: str, number: int, limit: int) -> bool:
    return number < limit if relation == "less than" else number >= limit


@rule("punctuation:no_comma")
def no_comma(text: str, _given: Mapping[str, Any]) -> bool:
    return "," not in text


@rule("length_constraints:number_words")
def number_words(text: str, given: Mapping[str, Any]) -> bool:
    return compares(given["relation"], len(re.findall(r"\w+", text)), given["num_words"])


@rule("keywords:existence")
def existence(text: str, given: Mapping[str, Any]) -> bool:
    return all(re.search(word, text, re.IGNORECASE) for word in given["keywords"])


@rule("keywords:forbidden_words")
def forbidden_words(text: str, given: Mapping[str, Any]) -> bool:
    return not any(re.search(rf"\b{word}\b", text, re.IGNORECASE) for word in given["forbidden_words"])


@rule("keywords:frequency")
def frequency(text: str, given: Mapping[str, Any]) -> bool:
    found = len(re.findall(given["keyword"], text, re.IGNORECASE))
    return compares(given["relation"], found, given["frequency"])


@rule("keywords:letter_frequency")
def letter_frequency(text: str, given: Mapping[str, Any]) -> bool:
    found = Counter(text.lower())[given["letter"].lower()]
    return compares(given["let_relation"], found, given["let_frequency"])


@rule("combination:repeat_prompt")
def repeat_prompt(text: str, given: Mapping[str, Any]) -> bool:
    return text.strip().lower().startswith(given["prompt_to_repeat"].strip().lower())


@rule("combination:two_responses")
def two_responses(text: str, _given: Mapping[str, Any]) -> bool:
    parts = text.split("******")
    if any(not part.strip() for part in parts[1:-1]):
        return False
    said = [part.strip() for part in parts if part.strip()]
    return len(said) == 2 and said[0] != said[1]


@rule("startend:quotation")
def quotation(text: str, _given: Mapping[str, Any]) -> bool:
    text = text.strip()
    return len(text) > 1 and text[0] == '"' and text[-1] == '"'


@rule("startend:end_checker")
def end_checker(text: str, given: Mapping[str, Any]) -> bool:
    return text.strip().strip('"').lower().endswith(given["end_phrase"].strip().lower())


@rule("detectable_format:title")
def title(text: str, _given: Mapping[str, Any]) -> bool:
    return any(found.lstrip("<").rstrip(">").strip() for found in re.findall(r"<<[^\n]+>>", text))


@rule("detectable_format:number_highlighted_sections")
def number_highlighted_sections(text: str, given: Mapping[str, Any]) -> bool:
    single = re.findall(r"\*[^\n\*]*\*", text)
    double = re.findall(r"\*\*[^\n\*]*\*\*", text)
    found = sum(bool(part.strip("*").strip()) for part in single)
    found += sum(bool(part.removeprefix("**").removesuffix("**").strip()) for part in double)
    return found >= given["num_highlights"]


@rule("detectable_format:number_bullet_lists")
def number_bullet_lists(text: str, given: Mapping[str, Any]) -> bool:
    stars = re.findall(r"^\s*\*[^\*].*$", text, re.MULTILINE)
    dashes = re.findall(r"^\s*-.*$", text, re.MULTILINE)
    return len(stars) + len(dashes) == given["num_bullets"]


@rule("detectable_format:multiple_sections")
def multiple_sections(text: str, given: Mapping[str, Any]) -> bool:
    return len(re.split(rf"\s?{given['section_spliter']}\s?\d+\s?", text)) - 1 >= given["num_sections"]


@rule("detectable_format:json_format")
def json_format(text: str, _given: Mapping[str, Any]) -> bool:
    text = text.strip()
    for fence in ("```json", "```Json", "```JSON", "```"):
        text = text.removeprefix(fence)
    try:
        json.loads(text.removesuffix("```").strip())
    except ValueError:
        return False
    return True


@rule("detectable_format:constrained_response")
def constrained_response(text: str, _given: Mapping[str, Any]) -> bool:
    return any(f"My answer is {word}." in text for word in ("yes", "no", "maybe"))


@rule("detectable_content:number_placeholders")
def number_placeholders(text: str, given: Mapping[str, Any]) -> bool:
    return len(re.findall(r"\[.*?\]", text)) >= given["num_placeholders"]


@rule("detectable_content:postscript")
def postscript(text: str, given: Mapping[str, Any]) -> bool:
    marker = given["postscript_marker"]
    known = {"P.P.S": r"\s*p\.\s?p\.\s?s.*$", "P.S.": r"\s*p\.\s?s\..*$"}
    pattern = known.get(marker, rf"\s*{marker.lower()}.*$")
    return bool(re.findall(pattern, text.lower(), re.MULTILINE))


@rule("length_constraints:number_paragraphs")
def number_paragraphs(text: str, given: Mapping[str, Any]) -> bool:
    parts = re.split(r"\s?\*\*\*\s?", text)
    if any(not part.strip() for part in parts[1:-1]):
        return False
    return sum(bool(part.strip()) for part in parts) == given["num_paragraphs"]


@rule("length_constraints:nth_paragraph_first_word")
def nth_paragraph_first_word(text: str, given: Mapping[str, Any]) -> bool:
    parts: list[str] = text.split("\n\n")
    number = sum(bool(part.strip()) for part in parts)
    if given["nth_paragraph"] > number:
        return False
    place: int = given["nth_paragraph"] - 1
    wanted = parts[place].strip()
    if not wanted:
        return False
    word = re.split(r"[.,?!'\"]", wanted.split()[0].lstrip("'").lstrip('"'))[0].lower()
    return number == given["num_paragraphs"] and word == given["first_word"].lower()
