"""Images of a lab host as rows of the inventory, for tests that run without a link."""

import json
from typing import Any

from django.utils import timezone

from tests.lab.hosts import Host


def mirrored(host: Host, endpoint: Any, name: str, **fields: Any) -> Any:
    """The row of the image `name`, as the link would have written it."""
    (found,) = json.loads(host.podman("image", "inspect", name, user=endpoint.user))
    known = {"name": name, "names": found["RepoTags"], "size_bytes": found["Size"]}
    return _row(endpoint, found["Id"], **known | fields)


def mirrored_list(host: Host, endpoint: Any, name: str) -> Any:
    """The row of the manifest list `name`; inspect would tell of an image in it."""
    listed = json.loads(host.podman("images", "--format", "json", "--no-trunc"))
    (found,) = [one for one in listed if name in (one.get("Names") or [])]
    return _row(endpoint, found["Id"], name=name, names=found["Names"], manifest_list=True)


def _row(endpoint: Any, podman_id: str, **fields: Any) -> Any:
    from hosts.models import Image

    now = timezone.now()
    row, _new = Image.objects.update_or_create(
        endpoint=endpoint,
        podman_id=podman_id,
        defaults={"digest": "", "seen_at": now, "changed_at": now, **fields},
    )
    return row
