"""What a pane says while what answers is still being started."""

from tiebreak_tui.widgets.answer_facts import start_words


def test_they_name_what_is_starting_except_blind_where_the_lane_would_give_a_config_away() -> None:
    assert start_words("LiteLLM") == "LiteLLM is starting"
    assert start_words("LiteLLM", blind=True) == ""
    assert start_words(None) == ""
