"""YAML is read plainly: JSON types only, the line of every field, and a way out for each surprise."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tiebreak.datasets.reading.yamltext import YamlProblem, read_yaml
from tiebreak.datasets.yamlwriting import to_yaml

LOADERS = [pytest.param(yaml.SafeLoader, id="python"), pytest.param(getattr(yaml, "CSafeLoader", None), id="c")]

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    | st.sampled_from(["no", "Yes", "007", "1e5", "2026-01-01", "12:30", "~", "null", "a: b", " #x", ".inf", "<<"])
    | st.text("ab \t\n\r\x85\u2028\ufeff#:-é😀", max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


def problem(text: str, loader: Any = yaml.SafeLoader) -> YamlProblem:
    with pytest.raises(YamlProblem) as caught:
        read_yaml(text, loader=loader)
    return caught.value


@pytest.mark.parametrize("loader", LOADERS)
def test_values_and_lines(loader: Any) -> None:
    text = "a: 1\nb:\n  - x: true\n    y: 0.5\n  - |\n    long\n    text\non: ~\n2024: +3\n"
    value, spot = read_yaml(text, loader=loader)
    assert value == {"a": 1, "b": [{"x": True, "y": 0.5}, "long\ntext\n"], "on": None, "2024": 3}
    assert spot.line_of(("a",)) == 1
    assert spot.line_of(("b", 0, "y")) == 4
    assert spot.line_of(("b", 1)) == 5
    assert spot.line_of(("b", 0, "z")) == 3, "what is missing is looked for in what it is missing from"


@pytest.mark.parametrize("text", ["2026-11-01", "12:30", "1_000", "0o17", "0x1F", "007", "1.2.3", "1e", "y", "="])
def test_what_only_some_readers_convert_stays_text(text: str) -> None:
    assert read_yaml(f"a: {text}")[0] == {"a": text}


@pytest.mark.parametrize(("word", "meant"), [("no", "false"), ("on", "true"), ("Yes", "true"), ("OFF", "false")])
def test_words_that_readers_do_not_agree_on_are_refused_with_both_ways_out(word: str, meant: str) -> None:
    found = problem(f"a:\n  - x\n  - {word}")
    assert (found.line, found.loc) == (3, ("a", 1))
    assert f'Write {meant}, or "{word}" in quotes' in found.message
    assert read_yaml(f"a: '{word}'")[0] == {"a": word}


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\n\tb: 2", 2, "indented with a tab"),
        ("a: b: c", 1, "colon stands inside text"),
        ("a: 'x\nb: 2\n", 1, "quote is opened and never closed"),
        ("a: [1, 2\nb: 3", 2, "not YAML"),
        ("a: 1\nb: *x", 2, "no anchor"),
        ("a: 1\nb: \x07", 2, "control character"),
        ("a: 1\n---\nb: 2", 2, "more than one document"),
        ("a: 1\nb: 2\na: 3", 3, "the first is in line 1"),
        ("a: !!python/object/apply:os.system [x]", 1, "tag `!!python/object/apply:os.system`"),
        ("a: !custom x", 1, "tag `!custom`"),
        ("a: &x 1\n<<: *x", 2, "Merge keys"),
        ("? [a, b]\n: c", 1, "A key is a word"),
        ("a: .nan", 1, "not a number"),
        ("a: -1e999", 1, "too large"),
        ("a: &x {b: *x}", 1, "inside what it names"),
        ("[" * 5000, 1, "nesting is deeper"),
    ],
)
def test_what_is_refused_names_line_and_reason(text: str, line: int, words: str, loader: Any) -> None:
    found = problem(text, loader)
    assert words in found.message
    assert found.line == line


def test_aliases_cannot_blow_a_file_up() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert "Aliases blow this file up" in problem("\n".join(lines)).message


def test_a_few_aliases_are_fine() -> None:
    assert read_yaml("a: &x [1, 2]\nb: *x")[0] == {"a": [1, 2], "b": [1, 2]}


@given(JSON_VALUES)
def test_what_is_written_is_read_back(value: object) -> None:
    assert read_yaml(to_yaml({"value": value}))[0] == {"value": value}


def test_long_texts_are_written_as_blocks() -> None:
    assert to_yaml({"system": "Be brief.\nBe kind.\n"}) == "system: |\n  Be brief.\n  Be kind.\n"
