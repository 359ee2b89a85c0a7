"""Images of a lab host: new ones, their names, and their rows where no link runs. Also the password
of the lab's registry, kept as a person keeps it.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from hosts.access import Person
from hosts.actions.registries import edit_registry
from hosts.models import Image
from tests.lab.hosts import Host
from tests.lab.hosts.registry import Registry


@pytest.fixture
def keep_password(registry: Registry, cast: Any, who_of: Any) -> Callable[..., None]:
    """`keep_password()`: the lab's registry is known with its password, or with the one given."""

    def keep(password: str = registry.password) -> None:
        alice = Person(cast.alice, who_of(cast.alice))
        account = {"username": registry.user, "password": password}
        edit_registry.keep(alice, registry=registry.address, group=None, **account)

    return keep


def names_on(host: Host, user: str = "root") -> list[str]:
    """Every name of an image or a manifest list on the host."""
    return host.podman("images", "--format", "{{.Repository}}:{{.Tag}}", user=user).split()


def commit(host: Host, name: str, form: str = "docker") -> str:
    """A new small image, by its label unlike any other, in one of the two kinds of manifest; its id."""
    container = host.podman("create", "localhost/busybox:latest", "true").strip()
    host.podman("commit", "-q", "-f", form, "-c", f"LABEL made-as={name}", container, name)
    host.podman("rm", container)
    return host.podman("image", "inspect", name, "--format", "{{.Id}}").strip()


def remove_named(host: Host, part: str, user: str = "root") -> None:
    """Take away every image whose name holds `part`, such as “/lab/”."""
    for name in names_on(host, user):
        if part in name:
            host.podman("rmi", "-f", name, user=user)


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
    now = timezone.now()
    row, _new = Image.objects.update_or_create(
        endpoint=endpoint,
        podman_id=podman_id,
        defaults={"digest": "", "seen_at": now, "changed_at": now, **fields},
    )
    return row
