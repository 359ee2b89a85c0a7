"""Warnings before a run from the inventory: names and ports in use, a host that is away.

Only warnings, since the inventory may be old and Podman decides. Objects that the person does not see cause
none.
"""

from typing import Any

from django.utils.translation import gettext as _

from hosts.access import Person, allows, visible_objects
from hosts.actions.run.run_ports import overlap, span
from hosts.actions.run.table.networks import MODES as NETWORK_MODES
from hosts.actions.run.table.networks import network
from hosts.models import Container, Endpoint, Network, Pod, Secret, Volume
from hosts.models.hosts import State
from hosts.models.inventory import LIVE

_HOLD_PORTS = ("running", "paused", "restarting", "stopping")


def warnings(
    person: Person, endpoint: Endpoint, params: dict[str, Any], *, besides: str = ""
) -> dict[str, str]:
    """Sentences by field (`ports.0` for a row). `besides`: the id of a container that goes anyway."""
    found: dict[str, str] = {}
    if endpoint.state in (State.AWAY, State.STOPPED):
        found["endpoint"] = _("%(host)s is %(state)s: nothing can run there now. %(why)s") % {
            "host": endpoint,
            "state": endpoint.get_state_display(),
            "why": endpoint.reason,
        }
    here = {"endpoint": endpoint}
    if name := params.get("name"):
        others = Container.objects.filter(visible_objects(person, "container"), LIVE, **here)
        other = others.filter(name=name).exclude(podman_id=besides).first()
        pods = Pod.objects.filter(visible_objects(person, "pod"), LIVE, **here)
        if other is not None or pods.filter(name=name).exists():
            found["name"] = _("%(host)s already has a %(kind)s named “%(name)s”.") % {
                "host": endpoint,
                "kind": _("container") if other is not None else _("pod"),
                "name": name,
            }
    pod = params.get("pod", "")
    networks = (("network", [params.get("network", "")]), ("networks", params.get("networks", [])))
    for place, texts in networks if allows(person, "network.view", endpoint) else ():
        for text in texts:
            name = network(text).name
            if name and name not in NETWORK_MODES and not _has(Network, endpoint, name):
                found[place] = _("%(host)s has no network “%(name)s”.") % {
                    "host": endpoint,
                    "name": name,
                }
    known = Secret.objects.filter(LIVE, endpoint=endpoint).values_list("name", flat=True)
    for secret in params.get("secrets", []) if allows(person, "secret.view", endpoint) else ():
        if secret["source"] not in known:
            found["secrets"] = _("%(host)s has no secret “%(name)s”.") % {
                "host": endpoint,
                "name": secret["source"],
            }
    if pod and allows(person, "pod.view", endpoint) and not _has(Pod, endpoint, pod):
        found["pod"] = _("%(host)s has no pod “%(name)s”.") % {"host": endpoint, "name": pod}
    return found | _ports(person, endpoint, params.get("ports", []), besides)


def volume_words(person: Person, endpoint: Endpoint, volume: dict[str, Any]) -> str:
    """What a mount's source means on this endpoint."""
    words = {"name": volume["source"], "host": endpoint.host.name}
    if volume["kind"] == "bind":
        return _("The path %(name)s on %(host)s.") % words
    if not volume["source"]:
        return _("A new anonymous volume.")
    if not allows(person, "volume.view", endpoint) or _has(Volume, endpoint, volume["source"]):
        return _("The volume %(name)s on %(host)s.") % words
    return _("A new volume %(name)s, created on %(host)s.") % words


def _has(model: Any, endpoint: Endpoint, name: str) -> bool:
    return bool(model.objects.filter(LIVE, endpoint=endpoint, name=name).exists())


def _ports(
    person: Person, endpoint: Endpoint, ports: list[dict[str, Any]], besides: str
) -> dict[str, str]:
    if not any(port["host_port"] for port in ports):
        return {}
    # rootful and rootless share the host's ports
    held = [
        (name, port)
        for name, taken in Container.objects.filter(
            visible_objects(person, "container"),
            LIVE,
            endpoint__host=endpoint.host_id,
            state__in=_HOLD_PORTS,
        )
        .exclude(podman_id=besides)
        .values_list("name", "ports")
        for port in taken
    ]
    found = {}
    for index, port in enumerate(ports):
        holder = next((name for name, other in held if overlap(port, other)), None)
        if holder is not None:
            found[f"ports.{index}"] = _("%(name)s on %(host)s already uses port %(port)s.") % {
                "name": holder,
                "host": endpoint.host.name,
                "port": span(port["host_port"], port["range"]),
            }
        elif endpoint.rootless and 0 < port["host_port"] < 1024:
            found[f"ports.{index}"] = _(
                "%(user)s is not root: ports below 1024 are refused unless %(host)s lowers "
                "net.ipv4.ip_unprivileged_port_start."
            ) % {"user": endpoint.user, "host": endpoint.host.name}
    return found
