"""Transports that Podman reads before a colon in an image's name, and follows on the host itself.

`docker-archive:/path` is a file on the host's disk, no image of a registry. `dir:5000/x` is a folder
below Podman's working directory; a build writes a tag of that kind there (containers/image,
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
    """The transport at the beginning of `name`; "" where Podman would ask a registry or its store.

    Podman tells upper from lower case here; we do not, which is the safe side.
    """
    first, colon, _rest = name.strip().partition(":")
    return first if colon and first.casefold() in TRANSPORTS else ""
