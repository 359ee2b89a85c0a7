"""What clients mean by a short name of an image."""

from hosts.actions.images.references import parse
from hosts.gate.calls.call import Call, refused_by
from hosts.gate.calls.names import on_docker_hub
from hosts.gate.routes.replies import Refused
from hosts.gate.routes.table import Dialect
from hosts.podman import PodmanError
from hosts.podman.shortnames import resolve


async def full_name(call: Call, typed: str) -> str:
    """Docker's clients mean Docker Hub by a short name; Podman's mean what the host is set up for, which is
    taken where it is one.
    """
    reference = parse(typed)
    if call.dialect is Dialect.DOCKER or not reference.short:
        return on_docker_hub(typed)
    try:
        names = await resolve(call.podman, str(reference))
    except PodmanError as failed:
        raise refused_by(failed) from failed
    if len(names) != 1:
        words = f"{reference} may be one of {', '.join(names[:9])}: give the whole name."
        raise Refused(400, words)
    return str(parse(names[0]))
