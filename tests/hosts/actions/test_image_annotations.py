"""Annotations as a person writes them."""

import pytest

from hosts.actions.images.annotations import parse_annotations
from hosts.refusals import Refusal


def test_lines_are_read() -> None:
    text = " org.opencontainers.image.version = 1.4 \r\n\na/b=c=d\nempty="
    found = {"org.opencontainers.image.version": "1.4", "a/b": "c=d", "empty": ""}
    assert parse_annotations(text) == found
    assert parse_annotations(" \n") == {}


@pytest.mark.parametrize("line", ["word", "=x", "a b=c", "-a=b", "a=\x07", "a=" + "x" * 2001])
def test_what_is_none(line: str) -> None:
    with pytest.raises(Refusal, match=line[0] if line[0] != "=" else "annotation"):
        parse_annotations(f"fine=1\n{line}")


def test_not_too_many() -> None:
    with pytest.raises(Refusal, match="50"):
        parse_annotations("\n".join(f"n{count}=1" for count in range(51)))
