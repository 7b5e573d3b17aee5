"""Languages told apart at a glance, so that the model which tells them is asked only where it may say something."""

import pytest

from tiebreak.triage.tongues import may_differ

ASKED = "How do I hand the account over to a colleague?"
GOOD = "Open the settings and choose whom to make the owner; they have a week to accept."


@pytest.mark.parametrize(
    "text",
    [
        "I can't help with that, as this is not in our articles.",  # English, and hardly a word in common
        "Settings, owner, accept.",  # hardly a little word, and all of them in the good answer
        GOOD,
    ],
)
def test_what_is_plainly_one_language_is_not_looked_at_closer(text: str) -> None:
    assert not may_differ(text, GOOD, ASKED)


@pytest.mark.parametrize(
    "text",
    [
        "Ve a la configuración y elige a quién hacer propietario: tiene siete días para aceptar.",
        "設定を開いて所有者にする人を選んでください。",
        "Öffnen Sie die Einstellungen und wählen Sie, wem das Konto gehören soll.",
    ],
)
def test_another_language_is_worth_telling(text: str) -> None:
    assert may_differ(text, GOOD, ASKED)
    assert may_differ(GOOD, text, text)


def test_two_answers_in_a_language_other_than_english_are_one_language_by_their_words() -> None:
    asked = "Wie lange wird meine Sicherung aufbewahrt?"
    good = "Die Sicherung wird dreißig Tage lang aufbewahrt und dann gelöscht."
    assert not may_differ("Die Sicherung wird nur vierzehn Tage lang aufbewahrt.", good, asked)
    assert may_differ("It is kept for thirty days and deleted then.", good, asked)
