"""An example of each route for its description: a body that it takes, and how curl sends it."""

import json
import re
from typing import Any, Final

IMAGE: Final = "docker.io/library/nginx:latest"
CONTAINER: Final = "3f1c8e0b5a7d"
POD: Final = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  containers:\n"
KUBE: Final = f"{POD}    - {{name: web, image: {IMAGE}}}\n"
DIGEST: Final = f"sha256:{'0123456789abcdef' * 4}"
KEY: Final = "-----BEGIN OPENSSH PRIVATE KEY-----\n…"
# what stands in an address
_PARTS: Final = {"endpoint_id": "1", "podman_id": CONTAINER}
# fields by their name, where a route asks for them
_FIELDS: Final[dict[str, Any]] = {
    "endpoint": 1,
    "endpoints": [2, 3],
    "objects": [{"endpoint": 1, "id": CONTAINER}],
    "hosts": [1, 2],
    "name": "shop",
    "names": ["localhost/shop:1"],
    "tags": ["localhost/shop:1"],
    "reference": IMAGE,
    "destination": "registry.example.org/shop:1",
    "container_id": CONTAINER,
    "texts": {"memory": "512m"},
    "value": "correct horse battery staple",
    "term": "nginx",
    "artifacts": [{"name": "registry.example.org/site:1", "digest": DIGEST}],
    "image": IMAGE,
    "digest": DIGEST,
    "kind": "privileged",
    "reason": "Moved to web2 on Friday",
    "minutes": 60,
    "role": "operator",
    "registry": "registry.example.org",
    "username": "robot",
    "password": "…",
    "address": "web1.example.org",
    "fingerprint": "SHA256:…",
    "private_key": KEY,
    "via": 3,
    "certificate": "ssh-ed25519-cert-v01@openssh.com AAAA…",
    "host_ca": "@cert-authority * ssh-ed25519 AAAA…",
    "socket": "/run/user/1000/podman/podman.sock",
    "command": "ls -l /",
}
# what a route takes beside what it asks for, and what a name means there
_THERE: Final[dict[str, dict[str, Any]]] = {
    "run_container": {"line": f"podman run -d --name shop -p 8080:80 {IMAGE}"},
    "recreate_container": {"fields": {"memory": "512m"}},
    "build_image": {"text": f"FROM {IMAGE}\n"},
    "play_kube": {"text": KUBE},
    "down_kube": {"text": KUBE},
    "annotate_list": {"digest": DIGEST, "os": "linux", "arch": "arm64", "variant": "v8"},
    "create_network": {"subnets": ["10.89.7.0/24"]},
    "stop_container": {"timeout_s": 30},
    "kill_container": {"signal": "HUP"},
    "make_freeze": {
        "name": "Nights",
        "days": [4],
        "from_time": "22:00",
        "until_time": "06:00",
        "zone": "Europe/Berlin",
    },
    "change_freeze": {
        "name": "Move",
        "starts_at": "2026-12-24T18:00:00Z",
        "ends_at": "2026-12-26T18:00:00Z",
    },
    "add_host": {"private_key": KEY},
    "replace_key": {"private_key": KEY},
    "change_host": {"groups": ["prod", "edge"]},
    "ask_access": {"place": "prod"},
}
_ASKED: Final = {
    "q": "name:shop",
    "path": "/etc/hostname",
    "file": "index.html",
    "name": "registry.example.org/site:1",
    "of": f"container:1:{CONTAINER}",
}


def add_examples(schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> None:
    """Put them into an operation."""
    body = operation.get("requestBody", {}).get("content", {})
    sent = ""
    if shape := body.get("application/json"):
        example = _of(_resolve(shape["schema"], schema), operation["operationId"])
        shape["example"] = example
        sent = f" --json '{json.dumps(example, ensure_ascii=False)}'" if example else " --json '{}'"
    elif body:
        sent = " --upload-file FILE"
    elif method == "delete":
        sent = " -X DELETE"
    if method in ("put", "patch") and shape:
        sent = f" -X {method.upper()}{sent}"
    asked = [
        f"{part['name']}={_ASKED.get(part['name'], '')}"
        for part in operation.get("parameters", ())
        if part["in"] == "query" and (part.get("required") or part["name"] in _ASKED)
    ]
    where = re.sub(r"\{(\w+)\}", lambda part: _PARTS.get(part[1], "7"), path)
    query = f"?{'&'.join(asked)}" if asked else ""
    curl = f'curl -H "Authorization: Bearer $HAULOUT_TOKEN" "$HAULOUT_URL{where}{query}"{sent}'
    operation["x-codeSamples"] = [{"lang": "Shell", "label": "curl", "source": curl}]


def _of(shape: dict[str, Any], name: str) -> dict[str, Any]:
    """What a body needs, and what says best what it is for."""
    there = _THERE.get(name, {})
    own = [one for one in shape.get("properties", {}) if one in shape.get("required", ())]
    return {one: _FIELDS[one] for one in own if one not in there} | there


def _resolve(shape: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for one in (shape, *shape.get("anyOf", ())):
        if "$ref" in one:
            found: dict[str, Any] = schema["components"]["schemas"][one["$ref"].rpartition("/")[2]]
            return found
    return shape
