"""What programs send to the API in the matrix: what the pages' forms name, as JSON."""

from typing import Any

from tests.access.furniture import MIXED
from tests.access.rows import Row
from tests.dashboard.hidden_cast import SEEN

IMAGE = "localhost/new:1"
POD = """
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec: {containers: [{name: c, image: "quay.io/x/y:1"}]}
"""
# each address takes what it knows of these
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
}
# what the same word means there
_THERE: dict[str, dict[str, Any]] = {
    "images/build": {"text": "FROM x/y"},
    "kube/play": {"text": POD % "new"},
    "kube/down": {"text": POD % "zreef-pod"},
    "/commit": {"name": "new:1"},
    "/untag": {"names": ["zreef-image:latest"]},
}


def body_of(row: Row) -> dict[str, Any]:
    """All that is told there, at place A; in a list of objects, some of B too."""
    more = [words for where, words in _THERE.items() if row.pattern.endswith(where)]
    return _ALL | (more[0] if more else {})
