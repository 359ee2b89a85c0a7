"""Every action reads as a sentence in the log and on its job's page."""


def test_every_action_has_words() -> None:
    from dashboard.furniture.log.words import _WORDS
    from hosts.actions import ACTIONS

    assert sorted(set(ACTIONS) - set(_WORDS)) == []
