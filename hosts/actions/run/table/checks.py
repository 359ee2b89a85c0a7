"""How the command of a check is written, and what podman run fills in."""

from hosts.actions.run.table.reading import command_words
from hosts.actions.run.table.seen import json_words

# what is not given; the times in nanoseconds
USUAL = {"Interval": 30 * 10**9, "Timeout": 30 * 10**9, "Retries": 3}


def test_of(text: str) -> list[str]:
    """A command for the container's shell, or a JSON list of words."""
    if not text.strip():
        return []
    if text.lstrip().startswith("["):
        words = command_words(text)
        if words and words[0] in ("CMD", "CMD-SHELL", "NONE"):
            return words
        return ["CMD", *words]
    return ["CMD-SHELL", text.strip()]


def test_words(test: list[str]) -> str:
    """The text of `test_of`."""
    if len(test) == 2 and test[0] == "CMD-SHELL" and not test[1].startswith("["):
        return test[1]
    return json_words(test)
