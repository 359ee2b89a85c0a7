"""Transports that Podman reads before a colon in an image's name, and follows on the host itself.

`docker-archive:/path` is no image of a registry but a file of the host's disk, `dir:5000/x` a folder
below where Podman runs, and a build's tag of that kind is written there (containers/image,
transports/alltransports). `docker:` goes to a registry in either reading.
"""

from typing import Final

TRANSPORTS: Final = frozenset(
    {
        "atomic",
        "containers-storage",
        "dir",
        "docker-archive",
        "docker-daemon",
        "oci",
        "oci-archive",
        "openshift",
        "ostree",
        "sif",
        "tarball",
    }
)


def transport_of(name: str) -> str:
    """The transport that `name` begins with; "" where Podman would ask a registry, or its store.

    Podman tells upper from lower case here; we do not, which is the safe side.
    """
    first, colon, _rest = name.strip().partition(":")
    return first if colon and first.casefold() in TRANSPORTS else ""
