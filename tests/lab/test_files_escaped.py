"""Files whose names look like an escape of another name: each is what it says, on every road."""

from typing import Any

import pytest

from tests.lab.inventory_rows import mirror
from tests.lab.real_endpoint import endpoint_on, person, vault_keys, worker
from tests.lab.test_files import box, down, host, inside, listed, page, up

__all__ = ["box", "endpoint_on", "host", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
PERCENTS = ["a%41", "a%2541", "50%", "%zz", "a+b c", "%2F", "a&b=c#d", "a%00b"]
# of Go's file patterns
PATTERNS = ["a?", "*", "[x]*", "[", "[a]A", r"\aA"]


@pytest.mark.parametrize("name", PERCENTS + PATTERNS)
def test_a_name_that_looks_escaped_is_what_it_says(
    host: Any, box: Any, cast: Any, browser_of: Any, name: str
) -> None:
    inside(
        host,
        "sh",
        "-c",
        'printf "%s" "$1" > "/data/sub/$1"; printf other > /data/sub/aA',
        "-",
        name,
    )
    got = down(cast.bob, box, "file", f"/data/sub/{name}")
    assert (got.status, got.body) == (200, name.encode())
    assert name.replace("&", "&amp;") in listed(browser_of(cast.bob), f"{page(box)}?path=/data/sub")
    assert up(cast.alice, box, b"new", path="/data/sub", name=f"up {name}").status == 200
    assert inside(host, "cat", f"/data/sub/up {name}") == "new"
    host.podman("stop", "--time=0", "box")
    # by Podman's archive alone, since no tool runs inside
    got = down(cast.bob, box, "file", f"/data/sub/{name}")
    assert (got.status, got.body) == (200, name.encode())
    assert name.replace("&", "&amp;") in listed(browser_of(cast.bob), f"{page(box)}?path=/data/sub")


def test_a_link_that_is_named_as_a_pattern_says_why_it_is_not_followed(
    host: Any, box: Any, cast: Any, browser_of: Any
) -> None:
    inside(host, "ln", "-s", "/data/text", "/data/sub/l?nk")
    got = down(cast.bob, box, "file", "/data/sub/l?nk")
    assert (got.status, "cannot follow a link" in got.body.decode()) == (422, True)
    page_of_it = listed(browser_of(cast.bob), f"{page(box)}?path=/data/sub/l%3Fnk")
    assert "cannot follow a link" in page_of_it
    # nor does it lead out of a volume
    volume = mirror(box.endpoint, "volume")["box-data"]
    inside(host, "ln", "-s", "/etc", "/vol/o?t")
    for path in ("/o?t", "/o?t/passwd"):
        refused = down(cast.bob, volume, "file", path, "volume")
        assert (refused.status, b"root" in refused.body) == (422, False)
