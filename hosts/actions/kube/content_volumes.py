"""Refuses volumes filled from a ConfigMap or Secret on a Podman that does this unsafely.

Before the fixed version Podman follows a container's link into the host's files (hosts.advisories). There
such a volume must be new and used by one workload.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from hosts import advisories
from hosts.actions.kube.kube_plan import KubePlan
from hosts.guardrails.kube_document import kind_of
from hosts.guardrails.kube_fields import WITH_TEMPLATE
from hosts.jobs.errand import ActionFailed
from hosts.models import Endpoint, Volume
from hosts.models.inventory import LIVE
from hosts.podman import Podman, system, volumes
from hosts.podman.errors import NotFound
from hosts.refusals import FieldRefusal


def refuse_unsafe(endpoint: Endpoint, plan: KubePlan) -> None:
    """FieldRefusal, by the inventory."""
    advisory = advisories.advisory_against(endpoint.podman_version, advisories.KUBE_VOLUMES)
    if advisory is None:
        return
    filled, shared = _names(plan)
    rows = Volume.objects.filter(LIVE, endpoint=endpoint, name__in=filled)
    if unsafe := {*shared, *rows.values_list("name", flat=True)}:
        raise FieldRefusal(
            "text",
            _words(sorted(unsafe), endpoint.podman_version, advisory),
            cure=_cure(advisory),
        )


async def heed_unsafe(podman: Podman, plan: KubePlan) -> None:
    """ActionFailed, by the host's own version and volumes."""
    filled, shared = _names(plan)
    if not filled:
        return
    version = (await system.ping(podman)).libpod
    advisory = advisories.advisory_against(version, advisories.KUBE_VOLUMES)
    if advisory is None:
        return
    unsafe = set(shared)
    for name in filled:
        try:
            await volumes.inspect(podman, name)
        except NotFound:
            continue
        unsafe.add(name)
    if unsafe:
        raise ActionFailed(f"{_words(sorted(unsafe), version, advisory)} {_cure(advisory)}")


def _words(names: list[str], version: str, advisory: advisories.Advisory) -> str:
    return _(
        "Podman %(version)s does not fill these volumes safely (%(number)s), because "
        "they already exist or several pods share them: %(names)s."
    ) % {"version": version, "number": advisory.number, "names": ", ".join(names[:10])}


def _cure(advisory: advisories.Advisory) -> str:
    return _(
        "Remove them first; they hold only the ConfigMap or Secret. Or update Podman to "
        "%(version)s."
    ) % {"version": advisory.fixed_in}


def _names(plan: KubePlan) -> tuple[set[str], set[str]]:
    """(volumes that are filled, those of them that several pods mount), by Podman's names."""
    filled: set[str] = set()
    users: Counter[str] = Counter()
    for document in plan.documents:
        spec = _get(document.content, "spec")
        if kind_of(document.content) in WITH_TEMPLATE:
            spec = _get(_get(spec, "template"), "spec")
        contents, claims = set(_contents(spec)), set(_claims(spec))
        filled |= contents
        users.update(contents | claims)
    # a claim in the same file can mean a volume that other pods used before
    return filled, {name for name in filled if users[name] > 1 or name in plan.names("volume")}


def _contents(spec: Any) -> Iterator[str]:
    for one in _volumes(spec):
        for source, key in (("configMap", "name"), ("secret", "secretName")):
            name = _get(_get(one, source), key)
            if isinstance(name, str) and name:
                yield name


def _claims(spec: Any) -> Iterator[str]:
    for one in _volumes(spec):
        name = _get(_get(one, "persistentVolumeClaim"), "claimName")
        if isinstance(name, str):
            yield name


def _volumes(spec: Any) -> list[Any]:
    found = _get(spec, "volumes")
    return found if isinstance(found, list) else []


def _get(mapping: Any, key: str) -> Any:
    """The value of the key. Documents of a plan have each key once, in Podman's spelling."""
    return mapping.get(key) if isinstance(mapping, Mapping) else None
