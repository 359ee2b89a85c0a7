"""Sizes: what is written is read back, and what is none is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts import sizes


@given(st.integers(0, 2**60))
def test_what_is_written_is_read_back(size_bytes: int) -> None:
    # up to where a float is exact, which is more memory and disk than there is
    wanted = size_bytes >> 10
    assert sizes.read(sizes.words(wanted << 10)) == pytest.approx(wanted << 10, rel=1e-15)
    assert sizes.read(sizes.words(size_bytes % 2**50)) == size_bytes % 2**50


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [("0", 0), ("7b", 7), ("1k", 1024), ("1.5 GiB", 3 << 29), ("2TB", 2 << 40), (" 3M ", 3 << 20)],
)
def test_every_unit(text: str, size_bytes: int) -> None:
    assert sizes.read(text) == size_bytes


def test_where_podman_counts_in_thousands() -> None:
    assert sizes.read("10m", thousands=True) == 10_000_000


@pytest.mark.parametrize(
    "text", ["", "m", "-1", "1x", "1e9", "5i", "1 2", "1\u212a", "٣", "9" * 19, "9" * 18 + "t"]
)
def test_what_is_no_size(text: str) -> None:
    assert sizes.read(text) is None
