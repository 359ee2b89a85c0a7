"""What the gate's socket passes: the routes of its table, and nothing that a broken gate could use."""

from typing import Any

import pytest

from hosts.gate.doors.serve import TABLE
from hosts.gate.routes.table import Dialect
from hosts.link.gate_routes import refusal

LIBPOD = "/v5.4.0/libpod"
CLOSED = [
    f"POST {LIBPOD}/play/kube",
    f"POST {LIBPOD}/kube/apply",
    f"POST {LIBPOD}/local/images/load?path=/etc",
    f"POST {LIBPOD}/images/scp/a",
    f"POST {LIBPOD}/pods/a/create",
    f"POST {LIBPOD}/images/import?url=http://10.0.0.1/x",
    f"POST {LIBPOD}/volumes/prune",
    f"POST {LIBPOD}/containers/a/mount",
    f"POST {LIBPOD}/containers/a/restore?import=true",
    f"POST {LIBPOD}/containers/a/checkpoint?keep=1&Export=1",
    f"POST {LIBPOD}/build?remote=http://10.0.0.1/x",
    f"POST {LIBPOD}/build?rusagelogfile=/etc/x",
    f"POST {LIBPOD}/build?outputs=x",
    f"POST {LIBPOD}/build?secrets=%5B%22id%3Da%2Csrc%3D%2Fetc%2Fshadow%22%5D",
    f"POST {LIBPOD}/build?nsoptions=%5B%7B%22Name%22%3A%22network%22%2C%22Path%22%3A%22%2Fproc%22%7D%5D",
    f"POST {LIBPOD}/build?seccomp=/etc/shadow",
    f"POST {LIBPOD}/build?additionalbuildcontexts=%7B%22a%22%3A%7B%22Value%22%3A%22%2Fetc%22%7D%7D",
    f"POST {LIBPOD}/build?dockerfile=../x",
    f"POST {LIBPOD}/build?t=oci-archive:/etc/x",
    f"GET {LIBPOD}/secrets/a/json?showsecret=true",
    "POST /images/create?fromSrc=http://10.0.0.1/x",
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


@pytest.mark.parametrize(
    "line",
    [
        "POST /images/create?fromSrc=-&repo=a",
        f"POST {LIBPOD}/build?t=localhost/a:1&addcaps=%5B%22NET_RAW%22%5D&networkmode=host&retry-delay=2s",
        f"POST {LIBPOD}/build?volume=/srv:/srv&devices=%5B%22/dev/fuse%22%5D",
        f"POST {LIBPOD}/build?secrets=%5B%22id%3Da%2Csrc%3Dpodman-build-secret1%22%5D&seccomp=unconfined",
    ],
)
def test_what_the_gate_has_judged_passes(line: str) -> None:
    assert refusal(*line.split(" ")) is None


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
