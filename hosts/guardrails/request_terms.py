"""Rewrites what inspect shows in the terms of the request, where both mean the same.

A rule may have let the request pass, by its settings, a warning or an approval. It must say the same of the
result. Examples: ports that Podman chose, the image's user, a security option in other case.
"""

from dataclasses import replace

from hosts.guardrails.kinds.matching import inside, plain_path, whole_name
from hosts.guardrails.proposal import Fact, Namespace, Part, Port

# ways to write all addresses
_ALL = ("", "0.0.0.0", "::")  # noqa: S104 - compared, not bound


def in_request_terms(found: Part, asked: Part) -> Part:
    """`found`, a container or pod, in the terms of `asked`, its request."""
    return replace(
        found,
        name=asked.name,
        spaces=[_space(one, asked) for one in found.spaces],
        devices=[_device(one, asked) for one in found.devices],
        security=[_same(one, asked.security) for one in found.security],
        images=[_image(one, asked) for one in found.images],
        ports=_ports(found.ports, asked),
        # without a user in the request, a rule has judged that already
        user=found.user if asked.user else None,
        limits=_limits(found, asked),
    )


def _space(found: Namespace, asked: Part) -> Namespace:
    """A namespace of another container, by the name in the request instead of the id."""
    for one in asked.spaces:
        if (one.name, one.mode) == (found.name, found.mode) == (found.name, "container"):
            return replace(found, value=one.value)
    return found


def _device(found: Fact, asked: Part) -> Fact:
    """A folder in the request stands for each device that Podman found in it."""
    for one in asked.devices:
        if found.value == one.value or (plain_path(one.value) and inside(found.value, one.value)):
            return replace(found, value=one.value)
    return found


def _same(found: Fact, asked: list[Fact]) -> Fact:
    for one in asked:
        if one.value.casefold() == found.value.casefold():
            return replace(found, value=one.value)
    return found


def _image(found: Fact, asked: Part) -> Fact:
    """Podman drops the tag of a name that has a digest."""
    name = whole_name(found.value)
    for one in asked.images:
        other = whole_name(one.value)
        if one.value == found.value or (name and other and other[2] and other[0] == name[0]):
            return replace(found, value=one.value)
    return found


def _ports(found: list[Port], asked: Part) -> list[Port]:
    """Requested ports as they were requested. A port that Podman chose counts as a free one."""
    free = [port for port in asked.ports if port.first == 0]
    # all ports that the image exposes: their number is not known here
    any_number = any(port.field == "publish_image_ports" for port in free)
    left = sum(port.count for port in free)
    given: dict[Port, None] = {}
    for port in found:
        known = next((one for one in asked.ports if _is(port, one)), None)
        if known is not None:
            given[replace(known, field=port.field)] = None
        elif port.first > 0 and (any_number or left > 0):
            left -= 1
            address = "" if port.address in _ALL else port.address
            given[Port(0, 1, address, port.field)] = None
        else:
            given[port] = None
    return list(given)


def _is(found: Port, asked: Port) -> bool:
    if asked.first <= 0 or found.first <= 0:
        return asked.first == found.first == -1
    same = found.address == asked.address or (found.address in _ALL and asked.address in _ALL)
    return same and asked.first <= found.first < asked.first + asked.count


def _limits(found: Part, asked: Part) -> dict[str, float]:
    """Only limits that were requested. The host's own defaults are not judged."""
    given = {name: value for name, value in found.limits.items() if name in asked.limits}
    away = {name: value for name, value in asked.limits.items() if value <= 0}
    return given | {name: value for name, value in away.items() if found.limits.get(name, 0) <= 0}
