"""A name reaches Podman as one segment, exactly as typed, or not at all."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.podman import errors, images
from hosts.podman.paths import path, with_query
from tests.hosts.podman.fake import answer, says, talking


@given(st.text(min_size=1).filter(lambda text: text.isprintable() and text not in (".", "..")))
def test_segment_comes_back_whole(name: str) -> None:
    quoted = path("images", name, "json")
    assert quoted.isascii()
    assert quoted.count("/") == 5
    assert unquote(quoted.split("/")[4]) == name


@pytest.mark.parametrize("name", ["", ".", "..", "a\r\nX: y", "a\nb", "a\x00", "a\x7f"])
def test_what_could_leave_its_segment_is_refused(name: str) -> None:
    with pytest.raises(errors.BadRequest):
        path("images", name, "json")


@pytest.mark.parametrize(
    "name",
    ["docker.io/library/a:1", "a/../b", "a%2fb", "%2e%2e", "ü?x#y", "a b", "a//b", "a+b=c&d"],
)
async def test_name_arrives_on_the_wire_as_typed(name: str) -> None:
    async with talking(says(answer("204 No Content"))) as (podman, fake):
        assert await images.exists(podman, name)
    target = fake.asked[0].line.split(" ")[1]
    assert target.startswith("/v5.0.0/libpod/images/")
    assert target.endswith("/exists")
    assert target.count("/") == 5
    assert unquote(target.split("/")[4]) == name


@given(st.dictionaries(st.sampled_from("abc"), st.lists(st.text(), min_size=1), min_size=1))
def test_query_comes_back_whole(values: dict[str, list[str]]) -> None:
    query = with_query("/x", values).partition("?")[2]
    assert parse_qs(query, keep_blank_values=True, strict_parsing=True) == values


def test_values_as_podman_reads_them() -> None:
    when = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    query = with_query("/x", {"a": True, "b": None, "f": {"id": ["1"]}, "t": when, "n": 0})
    assert parse_qs(query.partition("?")[2]) == {
        "a": ["true"],
        "f": ['{"id":["1"]}'],
        "t": ["2026-01-02T03:04:05.000006+00:00"],
        "n": ["0"],
    }


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(errors.BadRequest):
        with_query("/x", {"since": datetime(2026, 1, 1)})  # noqa: DTZ001
