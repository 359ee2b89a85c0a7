"""Which names in a Containerfile are stages: all others are images', for rules to judge."""

import pytest

from hosts.guardrails.containerfile_sources import read

TAKEN = "localhost/busybox"
STAGES = {
    "by name": "FROM {b} AS web\nFROM {b}\nCOPY --from=web /a /a",
    "by number": "FROM {b}\nFROM {b}\nCOPY --from=0 /a /a",
    "by mount": "FROM {b} AS web\nFROM {b}\nRUN --mount=type=bind,from=web,target=/o cp /o/a /a",
    "built upon": "FROM {b} AS web\nFROM web\nRUN true",
    "the name used again, after it": "FROM {b} AS web\nFROM {b} AS web\nFROM {b}\nCOPY --from=web /a /a",
}
# what buildah looks for among the images: tried on Podman 4.3 to 6.1 (tests/lab/test_differential.py)
IMAGES = {
    "its own name": ("FROM {b} AS web\nCOPY --from=web /a /a", "web"),
    "its own name, in a mount": (
        "FROM {b} AS web\nRUN --mount=type=bind,from=web,target=/o cp /o/a /a",
        "web",
    ),
    "its own name, had by an earlier one": (
        "FROM {b} AS web\nFROM {b} AS web\nCOPY --from=web /a /a",
        "web",
    ),
    "its own number": ("FROM {b}\nCOPY --from=0 /a /a", "0"),
    "a number of none": ("FROM {b}\nFROM {b}\nCOPY --from=7 /a /a", "7"),
    "a number written otherwise": ("FROM {b}\nFROM {b}\nCOPY --from=00 /a /a", "00"),
    "digits of another script": ("FROM {b}\nFROM {b}\nCOPY --from=٠ /a /a", "٠"),
    "a number in FROM": ("FROM {b}\nFROM 0\nRUN true", "0"),
    "other letters": ("FROM {b} AS Web\nFROM {b}\nCOPY --from=web /a /a", "web"),
    "a later one": ("FROM {b}\nCOPY --from=web /a /a\nFROM {b} AS web", "web"),
}


@pytest.mark.parametrize("what", STAGES)
def test_a_stage_that_has_ended_is_none(what: str) -> None:
    assert set(read(STAGES[what].format(b=TAKEN)).images) == {TAKEN}


@pytest.mark.parametrize("what", IMAGES)
def test_all_else_is_an_image(what: str) -> None:
    text, name = IMAGES[what]
    assert set(read(text.format(b=TAKEN)).images) == {TAKEN, name}
