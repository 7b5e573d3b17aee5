"""Long lines of the help keep their indent."""

from textual.content import Content

from tiebreak_tui.dialogs.help import hanging


def test_the_rows_after_the_first_stand_under_its_text() -> None:
    begin, text = Content("       f  "), Content("put the failure into a dataset with checks")
    rows = [row.plain.rstrip() for row in hanging(begin, text, 32)]
    assert rows[0] == "       f  put the failure into a"
    assert len(rows) > 1
    assert all(row.startswith(" " * 10) and row[10] != " " for row in rows[1:])
    assert [row.plain for row in hanging(begin, text, 0)] == [begin.plain + text.plain]
