"""Images of a lab host as rows of the inventory, for tests that run without a link."""

import json
from typing import Any

from django.utils import timezone

from tests.lab.hosts import Host


def mirrored(host: Host, endpoint: Any, name: str, **fields: Any) -> Any:
    """The row of the image `name`, as the link would have written it."""
    from hosts.models import Image

    (found,) = json.loads(host.podman("image", "inspect", name, user=endpoint.user))
    now = timezone.now()
    row, _new = Image.objects.update_or_create(
        endpoint=endpoint,
        podman_id=found["Id"],
        defaults={
            "name": name,
            "names": found["RepoTags"],
            "size_bytes": found["Size"],
            "digest": "",
            "seen_at": now,
            "changed_at": now,
            **fields,
        },
    )
    return row
