"""What programs send to the API in the matrix: what the pages' forms name, as JSON."""

from functools import cache
from typing import Any

from dashboard.api.api import api
from tests.access.furniture import MIXED
from tests.access.rows import PART, Row
from tests.dashboard.hidden_cast import HIDDEN, SEEN
from tests.dashboard.routes import API

IMAGE = "localhost/new:1"
POD = """
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec: {containers: [{name: c, image: "quay.io/x/y:1"}]}
"""
# each address is sent what it knows of these: it refuses all else
_ALL: dict[str, Any] = {
    "endpoint": 1,
    "objects": [{"endpoint": endpoint, "id": podman_id} for endpoint, podman_id in MIXED],
    "name": "new",
    "fields": {"image": "quay.io/x/y:1", "name": "new", "labels": "app=shop"},
    "reference": "quay.io/x/y:1",
    "destination": "quay.io/x/y:1",
    "names": [IMAGE],
    "tags": [IMAGE],
    "value": "x",
    "texts": {"memory": "64m"},
    "container_id": SEEN,
    "command": "true",
    "address": "192.0.2.1",
    "fingerprint": "SHA256:x",
    "private_key": "x",
    "reason": "why",
    "minutes": 30,
    "hosts": [],
    "kind": "privileged",
    "registry": "quay.io/x",
    "username": "u",
    "password": "p",
    "zone": "UTC",
    "days": [0],
    "from_time": "10:00:00",
    "until_time": "11:00:00",
    "role": "viewer",
    "place": "nowhere",
    "endpoints": [2],
    "term": "nginx",
    "certificate": "",
    "host_ca": "",
    "socket": "/run/other.sock",
    "via": None,
}
_DIGEST = f"sha256:{'0' * 64}"
# what the same word means there
_THERE: dict[str, dict[str, Any]] = {
    "images/build": {"text": "FROM x/y"},
    "kube/play": {"text": POD % "new"},
    "kube/down": {"text": POD % "zbreakwater-pod"},
    "/commit": {"name": "new:1"},
    "/untag": {"names": ["zbreakwater-image:latest"]},
    "/scan": {"address": "/nowhere"},
    "/connect": {"address": ""},
    "/requests": {"kind": "group", "names": ""},
    "/hosts": {"groups": []},
    "/create_list": {"objects": [{"endpoint": 1, "id": HIDDEN[1]}]},
    "/list/add": {"image": IMAGE},
    "/list/drop": {"digest": _DIGEST},
    "/artifacts/remove": {"artifacts": [{"name": IMAGE, "digest": _DIGEST}]},
    "/host-key": {"fingerprint": "SHA256:x"},
    "/hosts/<host_id>": {"address": "192.0.2.9", "groups": []},
}


def body_of(row: Row) -> dict[str, Any]:
    """All that it takes; in a list of objects, some of B too."""
    more = [words for where, words in _THERE.items() if row.pattern.endswith(where)]
    given = _ALL | (more[0] if more else {})
    known = _known(row.pattern, row.method)
    return {name: value for name, value in given.items() if name in known}


def _known(pattern: str, method: str) -> frozenset[str]:
    """The fields of a body there, as the API describes itself."""
    told = _description()
    path = "/" + PART.sub(r"{\g<name>}", pattern.removeprefix(API))
    body = told["paths"].get(path, {}).get(method.lower(), {}).get("requestBody")
    said = body["content"].get("application/json") if body else None
    return frozenset(_fields(told, said["schema"]) if said else ())


def _fields(told: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    if reference := schema.get("$ref", ""):
        schema = told["components"]["schemas"][reference.rpartition("/")[2]]
    inner = (_fields(told, one) for one in schema.get("anyOf", ()))
    return set(schema.get("properties", ())).union(*inner)


@cache
def _description() -> dict[str, Any]:
    return dict(api.get_openapi_schema(path_prefix="/"))
