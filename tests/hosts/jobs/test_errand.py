"""What a job says: as much as its row keeps, however much a build has to say."""

from typing import Any

from hosts.jobs.errand import MAX_OUTPUT, Errand


def errand() -> Errand:
    nothing: Any = None
    return Errand(
        1,
        "image.build",
        nothing,
        "image",
        "",
        "shop",
        {},
        {},
        False,
        nothing,
        nothing,
        nothing,
        nothing,
    )


def test_the_end_of_a_flood_is_kept() -> None:
    one = errand()
    most = 0
    for number in range(100_000):
        one.say(f"line {number} {'x' * 40}")
        most = max(most, len(one.output))
    assert one.text().endswith(f"line 99999 {'x' * 40}")
    assert len(one.text()) == MAX_OUTPUT
    assert most * 40 < 3 * MAX_OUTPUT


def test_a_line_without_end_is_cut() -> None:
    one = errand()
    one.say("first")
    one.say("x" * 3 * MAX_OUTPUT)
    assert len(one.text()) == MAX_OUTPUT
    one.say("last")
    assert one.text().endswith("x\nlast")


def test_what_fits_is_kept_whole() -> None:
    one = errand()
    for line in ("a", "", "b"):
        one.say(line)
    assert one.text() == "a\n\nb"
