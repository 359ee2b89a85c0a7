"""Containers made under a narrowed grant: they must match it, and reach nothing else on the host.

Allowed fields are listed. All others (host mounts, volumes, devices, other namespaces, privileges) would
reach what the grant does not show.
"""

from typing import Any

from django.utils.translation import gettext as _

from hosts.access import NewContainer, Person, allows, rights_of
from hosts.access.narrowing import Narrowing
from hosts.actions.run import run_spec
from hosts.guardrails.spec_fields import CALM_ANNOTATIONS
from hosts.jobs.errand import Errand, NotAllowed
from hosts.models import Endpoint
from hosts.podman import images
from hosts.podman.errors import NotFound
from hosts.refusals import Refusal

# fmt: off
_HARMLESS = frozenset({
    "name", "image", "raw_image_name", "command", "entrypoint", "env", "labels", "work_dir",
    "user", "umask", "hostname", "terminal", "stdin", "init", "stop_signal", "stop_timeout",
    "timezone", "remove", "restart_policy", "restart_tries", "healthconfig",
    "startupHealthConfig", "health_check_on_failure_action", "healthMaxLogCount",
    "healthMaxLogSize", "portmappings", "publish_image_ports", "expose", "dns_server",
    "dns_search", "dns_option", "hostadd", "use_image_hosts",
    "use_image_resolve_conf", "use_image_hostname", "resource_limits", "r_limits", "shm_size",
    "shm_size_systemd", "cpu_period", "cpu_quota", "oom_score_adj", "read_only_filesystem",
    "read_write_tmpfs", "image_volume_mode", "no_new_privileges", "cap_drop", "unsetenv",
    "unsetenvall", "timeout", "image_os", "image_arch", "image_variant", "mounts", "netns",
})
# fmt: on
_OWN_NETWORK = frozenset({"", "default", "private", "bridge", "slirp4netns", "pasta", "none"})
# `podman auto-update` restarts the host's systemd unit in this label
_UNIT = "PODMAN_SYSTEMD_UNIT"
# image annotations that a runtime acts on
_ORDERS = ("run.oci.", "krun.", "org.systemd.", "org.criu.", "io.podman.", "io.katacontainers.")


def narrowed_container(
    person: Person, endpoint: Endpoint, verb: str, params: dict[str, Any]
) -> NewContainer | None:
    """The new container, for people who hold the verb for some containers only. None for others. Refusal
    when none of their grants matches. Its words say what would match.
    """
    if allows(person, verb, endpoint):
        return None
    container = NewContainer(params.get("name") or "", params.get("labels") or {})
    narrowings = _narrowings(person, endpoint, verb)
    if not narrowings:
        return container
    if not any(one.fits(container) for one in narrowings):
        wanted = " · ".join(one.words for one in narrowings)
        raise Refusal(
            _("You have access to some containers there only. Set this: %(wanted)s.")
            % {"wanted": wanted}
        )
    if beyond := reaching(run_spec.build({**params, "image": params["image"]}, {}, job_id=0)):
        raise Refusal(
            _(
                "You have access to some containers there only, so a container may not reach "
                "anything else on the host. Remove: %(fields)s."
            )
            % {"fields": ", ".join(beyond)}
        )
    return container


def required_label(person: Person, endpoint: Endpoint, verb: str) -> str:
    """The “name=value” label that the person's new containers need. "" for none or several."""
    if allows(person, verb, endpoint):
        return ""
    labels = {one.label for one in _narrowings(person, endpoint, verb)}
    return labels.pop() if len(labels) == 1 else ""


def _narrowings(person: Person, endpoint: Endpoint, verb: str) -> list[Narrowing]:
    return [
        one.narrowing
        for one in rights_of(person.user).narrowed
        if one.narrowing and verb in one.verbs and one.at(endpoint.pk)
    ]


def reaching(spec: dict[str, Any]) -> list[str]:
    """Fields of a spec that reach beyond the container, by Podman's names, sorted."""
    found = {
        name
        for name, value in spec.items()
        if name not in _HARMLESS and value not in (None, "", [], {}, False)
    }
    # runtimes read the host's files, sockets and systemd properties from annotations
    if all(name.startswith(CALM_ANNOTATIONS) for name in spec.get("annotations") or {}):
        found.discard("annotations")
    if _UNIT in (spec.get("labels") or {}):
        found.add("labels")
    if any(mount.get("type") != "tmpfs" for mount in spec.get("mounts") or []):
        found.add("mounts")
    if (spec.get("netns") or {}).get("nsmode", "") not in _OWN_NETWORK:
        found.add("netns")
    return sorted(found)


async def judge_image(errand: Errand, spec: dict[str, Any]) -> None:
    """NotAllowed where the image adds what the narrowed grant does not permit. Labels of an image, and with
    Podman 4 its annotations, become the container's.
    """
    if not errand.narrowed:
        return
    try:
        image = await images.inspect(errand.podman, str(spec["image"]))
    except NotFound:
        # Podman reports it when the container is created
        return
    if beyond := image_reach(image):
        words = _(
            "With access to some containers only you cannot use this image: its settings reach "
            "other parts of the host (%(carried)s)."
        )
        raise NotAllowed(words % {"carried": ", ".join(beyond)})


def image_reach(image: dict[str, Any]) -> list[str]:
    """Labels and annotations of an inspected image that reach beyond the container."""
    annotations = image.get("Annotations")
    names = map(str, annotations) if isinstance(annotations, dict) else ()
    found = {name for name in names if name.startswith(_ORDERS)}
    config = image.get("Config")
    for labels in (image.get("Labels"), config.get("Labels") if isinstance(config, dict) else None):
        if isinstance(labels, dict) and _UNIT in labels:
            found.add(_UNIT)
    return sorted(found)
