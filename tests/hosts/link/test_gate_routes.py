"""What the gate's socket passes: the routes of its table, and nothing that a broken gate could use."""

from typing import Any

import pytest

from hosts.gate.routes import Dialect
from hosts.gate.serve import TABLE
from hosts.link.gate_routes import refusal

LIBPOD = "/v5.4.0/libpod"
CLOSED = [
    f"POST {LIBPOD}/play/kube",
    f"POST {LIBPOD}/kube/apply",
    f"POST {LIBPOD}/local/images/load?path=/etc",
    f"POST {LIBPOD}/images/scp/a",
    f"POST {LIBPOD}/images/a/push",
    f"POST {LIBPOD}/commit",
    f"POST {LIBPOD}/pods/a/create",
    f"POST {LIBPOD}/volumes/prune",
    f"POST {LIBPOD}/containers/a/mount",
    f"POST {LIBPOD}/containers/a/restore?import=true",
    f"POST {LIBPOD}/containers/a/checkpoint?keep=1&Export=1",
    f"POST {LIBPOD}/build?volume=/:/host",
    f"GET {LIBPOD}/secrets/a/json?showsecret=true",
    "POST /images/create?fromSrc=http://10.0.0.1/x",
    "POST /images/create?FromSrc=-",
    f"POST {LIBPOD}/play/kube?start=false",
    f"POST {LIBPOD}/kube/play?build=false&start=true",
    f"POST {LIBPOD}/play/kube?build=false&start=false&Start=true",
    f"DELETE {LIBPOD}/containers/../secrets/a",
    f"POST {LIBPOD}/containers/a%2F..%2Fb/start",
    f"POST {LIBPOD}/containers//start",
    "POST http://other/containers/a/start",
    "POST /auth",
    "PUT /x",
]


@pytest.mark.parametrize("line", CLOSED)
def test_what_is_closed(line: str) -> None:
    assert refusal(*line.split(" ")) is not None


@pytest.mark.parametrize("route", TABLE.routes, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_of_the_table_passes(route: Any) -> None:
    for dialect in route.dialects:
        prefix = LIBPOD if dialect is Dialect.LIBPOD else "/v1.41"
        parts = ["a" if part.startswith("{") else part for part in route.parts]
        if route.path == "/images/remove" or route.path.endswith("/prune"):
            # what goes is removed one by one
            continue
        query = "?build=false&start=false" if route.verb == "kube.play" else ""
        assert refusal(route.method, "/".join([prefix, *parts]) + query) is None
