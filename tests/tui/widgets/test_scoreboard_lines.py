"""Lines of the Scoreboard's panels: widths, alignment, the drawing, and words of a change."""

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from support.hostile import HOSTILE, is_hostile
from tiebreak.compare.wiring import Change
from tiebreak.sanitise import clean_line
from tiebreak_tui.scoreboard.changed import changed
from tiebreak_tui.scoreboard.columns import LEAST, Cell, columns, wrapped
from tiebreak_tui.scoreboard.plot import DOTS, Look, plot, table
from tiebreak_tui.widgets.panel import Room

TEXTS = st.text(max_size=30) | st.sampled_from(HOSTILE)


def plain(lines: list[Content]) -> list[str]:
    return [line.plain for line in lines]


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=5), st.integers(10, 120), st.booleans())
@settings(max_examples=100, deadline=None)
def test_no_row_is_wider_than_its_room_and_none_is_hostile(
    rows: list[tuple[str, str, str]], width: int, right: bool
) -> None:
    lines = plain(columns(rows, width, right={2} if right else ()))
    assert len(lines) == len(rows)
    assert all(cell_len(line) <= width for line in lines)
    assert not any(is_hostile(character) for line in lines for character in line)


def test_figures_end_at_one_edge_and_a_long_name_gives_way() -> None:
    rows = [("a name that is far too long for its column", "7", "1/2"), ("short", Cell("100", "bold"), "80/80")]
    lines = plain(columns(rows, 30, right={1, 2}))
    assert {cell_len(line) for line in lines} == {30}
    assert lines[0].endswith("…    7    1/2")
    assert lines[1].endswith("  100  80/80")
    assert plain(columns([("a", "1")], 20, right={1}, fill=False)) == ["a  1"]


@given(st.text(alphabet="abc /-日本é😀", max_size=200), st.integers(LEAST + 2, 120))
@settings(max_examples=100, deadline=None)
def test_of_a_wrapped_text_nothing_is_missing(text: str, width: int) -> None:
    lines = plain(wrapped(text, width, indent=2))
    assert "".join("".join(line.split()) for line in lines) == "".join(clean_line(text, 1_000_000).split())
    assert all(cell_len(line) <= width for line in lines)


@given(TEXTS, st.integers(LEAST, 60), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_a_wrapped_text_keeps_to_its_width_and_rows(text: str, width: int, rows: int) -> None:
    lines = plain(wrapped(text, width + 4, indent=2, rows=rows))
    assert 1 <= len(lines) <= rows
    assert all(cell_len(line) <= width + 4 for line in lines)


def dots(lines: list[Content], column: int) -> set[int]:
    """Rows of dots, from the top, that are set in a column of cells of a drawing."""
    found: set[int] = set()
    for row, line in enumerate(plain(lines)[:-1]):
        mask = ord(line[column]) - 0x2800 if 0x2800 <= ord(line[column]) <= 0x28FF else 0
        found |= {4 * row + dot for dot, bits in enumerate(DOTS) if mask & (bits[0] | bits[1])}
    return found


def test_the_drawing_puts_rate_and_interval_where_they_are() -> None:
    looks = [Look(1, 0.5, 0.0, 1.0), Look(11, 1.0, 0.5, 1.0)]
    drawn = plot(looks, 46, 11)
    text = plain(drawn)
    assert len(text) == 11
    assert all(len(line) <= 46 for line in text)
    assert [line[:6].strip() for line in text if line[:6].strip()][:3] == ["100 %", "50 %", "0 %"]
    assert text[-1].split() == ["1", "11"]
    assert {0, 39} <= dots(drawn, 6), "the ends of the first interval"
    assert min(dots(drawn, 45)) == 0, "the rate at the end"
    assert max(dots(drawn, 45)) in (19, 20), "and the lower end of its interval"


def test_as_text_the_last_look_is_always_among_the_rows() -> None:
    looks = [Look(n, 0.5, 0.25, 0.75) for n in range(1, 20)]
    rows = table(looks, 4)
    assert len(rows) == 4
    assert rows[-1] == ("after 19", "50 %", "25 to 75 %")
    assert table([], 4) == []


def test_changes_are_told_word_by_word() -> None:
    prompt = Change(field="prompt.system", before="Be kind.\nAnswer briefly.\n", after="Be kind.\nAnswer at length.\n")
    heat = Change(field="parameters.temperature", before=0.2, after=None)
    short = plain(changed([prompt, heat], Room(60, 10, False)))
    assert short == [
        "prompt.system",
        "− …",
        "− Answer [-briefly-].",
        "+ …",
        "+ Answer {+at length+}.",
        "",
        "parameters.temperature  0.2 → –",
    ]
    assert "− Be kind." in plain(changed([prompt], Room(60, 10, True)))
    assert plain(changed([], Room(60, 10, False))) == ["Nothing: A and B are the same config."]
    assert plain(changed(None, Room(60, 10, False))) == ["There are no two configs here to compare."]
    evil = Change(field=HOSTILE[0], before="\n".join(HOSTILE), after=HOSTILE[2])
    assert not any(is_hostile(character) for line in plain(changed([evil], Room(40, 10, True))) for character in line)
