"""One reader for who judges, who masks and who tells of a step."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hosts.podman.containerfile import (
    AmbiguousLine,
    blocks,
    escape_of,
    from_of,
    instructions,
    join,
    possible_instructions,
)

FILE = """\
\ufeff# syntax=docker/dockerfile:1
ARG VERSION=1
FROM --platform=linux/amd64 docker.io/library/golang:1 AS Make

RUN go build \\\t
    # a comment within \\

    ./...
COPY <<END <<-"SECOND" /a
FROM text
END
\tRUN more text \\
\tSECOND
from make as test\
"""


def test_in_order_without_comments_and_heredocs() -> None:
    found = list(instructions(FILE))
    assert [(one.line, one.text) for one in found] == [
        (2, "ARG VERSION=1"),
        (3, "FROM --platform=linux/amd64 docker.io/library/golang:1 AS Make"),
        (5, "RUN go build     ./..."),
        (9, 'COPY <<END <<-"SECOND" /a'),
        (14, "from make as test"),
    ]
    assert not any(one.doubts for one in found)


def test_a_name_is_joined_without_a_space() -> None:
    assert [one.text for one in instructions("FR\\\r\nOM a\\")] == ["FROM a"]
    assert list(possible_instructions("FR\\\nOM a")) == [(1, "from", "a")]


def test_each_line_may_be_the_beginning_of_one() -> None:
    # from the last line up
    assert [
        (line, word)
        for line, word, _rest in possible_instructions("FROM a\nRUN <<E\nCOPY b c\nE\nENV X=1")
    ] == [
        (3, "copy"),
        (2, "run"),
        (1, "from"),
    ]


@pytest.mark.parametrize(
    "text", ["# escape=`\nFROM a", "FROM a\nRUN <<$E\nx", "FROM a\nRUN a << b"]
)
def test_what_may_be_read_in_two_ways_is_a_doubt(text: str) -> None:
    assert any(one.doubts for one in instructions(text))


@pytest.mark.parametrize("text", ["FROM a\n#ESCAPE = `", "FROM a\nRUN \x1c", "\0FROM a"])
def test_and_where_lines_could_be_joined_in_two_ways(text: str) -> None:
    with pytest.raises(AmbiguousLine):
        list(possible_instructions(text))


def test_parts_of_a_from() -> None:
    found = from_of("from --platform=a --x=b quay.io/y As Z more")
    assert found is not None
    assert (found.flags.split(), found.image, found.stage) == (
        ["--platform=a", "--x=b"],
        "quay.io/y",
        "Z",
    )
    assert from_of("FROM a as") is not None
    assert from_of("RUN FROM a") is None


def test_a_comment_goes_on_nowhere() -> None:
    assert list(blocks("# secret \\\nENV A=1 \\\n# b\n\n B=2\n")) == [
        ["# secret \\"],
        ["ENV A=1 \\", "# b", "", " B=2"],
        [""],
    ]


def test_another_sign_continues() -> None:
    text = "# escape=`\nENV A=1 `\r\n  B=2\nRUN a \\\nb"
    assert escape_of(text) == "`"
    assert [join(block, escape_of(text)) for block in blocks(text, escape_of(text))] == [
        "",
        "ENV A=1   B=2",
        "RUN a \\",
        "b",
    ]


PIECES = st.sampled_from(
    ["FROM a", "RUN b", "\\", "\n", "\r\n", "# c", " ", "<<E", "E", "ENV X=", "`"]
)


# a machine that is busy is slow at making texts too
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=12).map("".join))
def test_blocks_are_the_whole_text_and_hold_the_same_instructions(text: str) -> None:
    found = list(blocks(text))
    assert "\n".join(line for block in found for line in block) == text
    if "<<" not in text:
        told = [one.text for one in instructions(text)]
        assert [whole for block in found if (whole := join(block).strip())] == told
