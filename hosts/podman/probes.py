"""Which of the newer calls a Podman has. It is asked by calling them: distributions patch versions."""

from collections.abc import Mapping
from typing import Final

from hosts.podman.client import Podman
from hosts.podman.errors import NotFound, PodmanError, Unsupported
from hosts.podman.paths import path

# no object has this name: a Podman with the call answers in JSON, one without it in text
_NOBODY: Final = "io.haulout.nobody"
# ability to what is read for it
CALLS: Final[Mapping[str, str]] = {
    "artifacts": path("artifacts", "json"),
    "quadlets": path("quadlets", "json"),
    "volume_transfer": path("volumes", _NOBODY, "export"),
}


async def calls(podman: Podman) -> dict[str, bool]:
    """Ability to whether Podman has its call; unknown ones are left out."""
    found = {}
    for name, target in CALLS.items():
        try:
            await podman.get(target)
        except NotFound:
            found[name] = True
        except Unsupported:
            found[name] = False
        except PodmanError:
            continue
        else:
            found[name] = True
    return found
