"""Security advisories of Podman and of what ships with it: fixed in which version, refused until then.

A version does not tell everything. Distributions fix old versions without a new number, and nobody
can ask a host about that. So the limit is the version with the fix upstream.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hosts.models import Endpoint

Version = tuple[int, ...]
KUBE_VOLUMES: Final = "kube_volumes"
BUILD_MOUNTS: Final = "build_mounts"
_VERSION: Final = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?")


@dataclass(frozen=True, slots=True)
class Advisory:
    """`fixed`: upstream's first release with the fix; `branches`: older series that got it too.

    `since`: the release that brought the fault. `bars`: what Haulout refuses because of it, "" where a
    person has to act; `cure`: how.
    """

    number: str
    fixed: Version
    breaks: str | Promise
    refused: str | Promise = ""
    component: str = "podman"
    branches: tuple[Version, ...] = ()
    since: Version = ()
    bars: str = ""
    cure: str | Promise = ""

    def affects(self, version: Version) -> bool:
        """Whether that version has the fault, as far as its number tells."""
        series = (one for one in self.branches if one[:2] == version[:2])
        return self.since <= version < self.fixed and not any(version >= one for one in series)

    @property
    def fixed_in(self) -> str:
        """Such as “5.6.1”."""
        return ".".join(map(str, self.fixed))


_NO_RUN_MOUNTS = _("Builds with RUN --mount.")
_TRUSTED_IMAGES = _("A guardrail on images limits which registries may be used.")
ADVISORIES: Final = (
    Advisory(
        "CVE-2025-9566",
        (5, 6, 1),
        _(
            "A container can put a link into the volume of a ConfigMap or Secret. When the kube file is"
            " played again, Podman writes through that link into the host's files."
        ),
        _("Kube files with a ConfigMap or Secret volume that already exists or is shared."),
        since=(4, 0, 0),
        bars=KUBE_VOLUMES,
    ),
    Advisory(
        "CVE-2024-1753",
        (5, 0, 1),
        _("In a build, RUN --mount=type=bind follows a link out to the host's files."),
        _NO_RUN_MOUNTS,
        branches=((4, 9, 4),),
        bars=BUILD_MOUNTS,
    ),
    Advisory(
        "CVE-2024-9407",
        (5, 2, 4),
        _("In a build, bind-propagation of RUN --mount accepts any mount option."),
        _NO_RUN_MOUNTS,
        bars=BUILD_MOUNTS,
    ),
    Advisory(
        "CVE-2024-9675",
        (5, 2, 5),
        _("In a build, RUN --mount=type=cache can name any folder of the host."),
        _NO_RUN_MOUNTS,
        bars=BUILD_MOUNTS,
    ),
    Advisory(
        "CVE-2024-11218",
        (5, 3, 2),
        _("In a build with parallel stages, RUN --mount can reach the host's files."),
        _NO_RUN_MOUNTS,
        bars=BUILD_MOUNTS,
    ),
    Advisory(
        "CVE-2023-0778",
        (4, 4, 2),
        _("While a volume is exported, a container can make Podman read the host's files."),
        _("Nothing is refused: Haulout does not export volumes through Podman's API before 5.6."),
    ),
    Advisory(
        "CVE-2024-3727",
        (5, 0, 3),
        _("A crafted image can make Podman send its credentials to other registries."),
        branches=((4, 9, 5),),
        cure=_TRUSTED_IMAGES,
    ),
    Advisory(
        "CVE-2024-9341",
        (5, 2, 4),
        _("With FIPS mode on, a crafted image can mount folders of the host."),
        cure=_TRUSTED_IMAGES,
    ),
    Advisory(
        "CVE-2024-9676",
        (5, 2, 5),
        _("With --userns=auto, a crafted image can make Podman hang and use up memory."),
        cure=_TRUSTED_IMAGES,
    ),
    Advisory(
        "CVE-2026-55686",
        (5, 7, 1),
        _("An image whose WORKDIR is a link can create folders on the host."),
        cure=_TRUSTED_IMAGES,
    ),
    Advisory(
        "CVE-2026-44517",
        (5, 8, 3),
        _("In a build, ADD or COPY of a crafted Git repository can copy files of the host."),
        cure=_("Add only from Git repositories that you trust."),
    ),
    Advisory(
        "CVE-2026-57231",
        (6, 0, 0),
        _("An image can read environment variables of the Podman service on the host."),
        branches=((5, 8, 4),),
        cure=_("Keep secrets out of the environment of podman.service."),
    ),
    Advisory(
        "CVE-2026-17106",
        (6, 1, 1),
        _("A crafted archive can write outside the folder where it is unpacked."),
        _("Archives with files behind a link."),
    ),
    Advisory(
        "CVE-2025-11395",
        (6, 1, 2),
        _("A crafted archive of images, or of a volume, can overwrite files of the host."),
        _("Archives with files behind a link; layers are not checked."),
        cure=_("Load archives of images only from people that you trust."),
    ),
    Advisory(
        "CVE-2024-21626",
        (1, 1, 12),
        _("An image's WORKDIR, or exec, can escape from the container."),
        component="runc",
        cure=_("Update runc, or use crun."),
    ),
    Advisory(
        "CVE-2025-31133, CVE-2025-52565, CVE-2025-52881",
        (1, 3, 3),
        _("While it starts, a crafted container can write to kernel files and escape."),
        component="runc",
        branches=((1, 2, 8),),
        cure=_("Update runc, or use crun."),
    ),
    Advisory(
        "CVE-2025-24965",
        (1, 20),
        _("With the krun handler a crafted image can write to the host's files."),
        component="crun",
        cure=_("Update crun."),
    ),
    Advisory(
        "CVE-2024-8418",
        (1, 12, 2),
        _("One container can stop name resolution for all others."),
        component="aardvark-dns",
        since=(1, 12, 0),
        cure=_("Update aardvark-dns."),
    ),
)


def version_in(text: object) -> Version | None:
    """(5, 4, 2) of “5.4.2-dev” or “crun version 1.8.1”; None: there is none."""
    found = _VERSION.search(text) if isinstance(text, str) else None
    return tuple(int(part) for part in found.groups() if part) if found else None


def advisory_against(podman_version: str, what: str) -> Advisory | None:
    """The newest advisory that bars `what` on that Podman; None: it is allowed."""
    version = version_in(podman_version)
    found = [one for one in ADVISORIES if one.bars == what and version and one.affects(version)]
    return max(found, key=lambda one: one.fixed) if found else None


def of_endpoint(endpoint: Endpoint) -> list[Advisory]:
    """All advisories that its stored versions leave open; those that bar something come first."""
    versions = dict(_versions(endpoint))
    found = [
        one
        for one in ADVISORIES
        if one.component in versions and one.affects(versions[one.component])
    ]
    return sorted(found, key=lambda one: not one.bars)


def _versions(endpoint: Endpoint) -> Iterator[tuple[str, Version]]:
    host = endpoint.host_info
    runtime, network = _mapping(host, "ociRuntime"), _mapping(host, "networkBackendInfo")
    versions = {
        "podman": endpoint.podman_version,
        str(runtime.get("name")): runtime.get("version"),
        "aardvark-dns": _mapping(network, "dns").get("version"),
    }
    for name, text in versions.items():
        if version := version_in(text):
            yield name, version


def _mapping(around: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = around.get(key)
    return found if isinstance(found, Mapping) else {}
