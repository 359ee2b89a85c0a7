"""A name of an image that is longer than any is no image's name, and costs nothing to know so."""

from hosts.guardrails.containerfile_sources import read
from hosts.guardrails.kinds.matching import whole_name


def test_one_longer_than_any() -> None:
    most = "quay.io/" + "a" * 247
    digest = "sha256:" + "0" * 64
    assert whole_name(f"{most}:{'t' * 128}@{digest}") == (most, "t" * 128, digest)
    # each point could be the end of two parts: minutes of an expression
    assert whole_name("a." * 100_000 + "!") is None
    assert whole_name("a." * 300 + "a/b") is None


def test_each_word_of_an_instruction_is_looked_through_once() -> None:
    many = "--mount=from" * 20_000
    text = f"FROM scratch\nRUN {many} --MOUNT=type=bind,from=a.b/c,from=a.b/d true\nCOPY --from=a.b/e . .\n"
    assert set(read(text).images) >= {"a.b/c", "a.b/d", "a.b/e"}
    assert not read("FROM scratch\nRUN " + "--a " * 60_000).images
