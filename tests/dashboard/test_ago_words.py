"""How a moment is told: what was by its whole units, what comes to the nearest."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.templatetags.face import ago_words

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(hours=8, seconds=-1), "in 8 h"),
        (timedelta(hours=1, seconds=-20), "in 1 h"),
        (timedelta(hours=14), "in 14 h"),
        (timedelta(days=1, seconds=-3), "in 1 day"),
        (timedelta(days=7, seconds=-9), "in 7 days"),
        (timedelta(minutes=2, seconds=40), "in 3 min"),
        (timedelta(seconds=59.7), "in 1 min"),
        (timedelta(seconds=3), "now"),
        (-timedelta(hours=1, minutes=59), "1 h ago"),
        (-timedelta(seconds=59.7), "59 s ago"),
    ],
)
def test_a_moment_in_words(ahead: timedelta, words: str) -> None:
    assert ago_words(NOW + ahead, NOW) == words
