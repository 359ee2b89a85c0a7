"""Files whose names look like an escape of another name: each is what it says, on every road."""

from typing import Any

import pytest

from tests.lab.real_endpoint import endpoint_on, person, vault_keys, worker
from tests.lab.test_files import box, down, host, inside, listed, page, up

__all__ = ["box", "endpoint_on", "host", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
PERCENTS = ["a%41", "a%2541", "50%", "%zz", "a+b c", "%2F", "a&b=c#d", "a%00b"]


@pytest.mark.parametrize("name", PERCENTS)
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
