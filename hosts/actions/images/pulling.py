"""Pulling with progress, shared by image.pull and container.run."""

from contextlib import aclosing

from django.utils.translation import gettext as _

from hosts.actions.images.references import parse
from hosts.actions.registries.credentials import auth_for
from hosts.jobs.errand import Errand, Trouble
from hosts.podman import images
from hosts.podman.errors import PullFailed
from hosts.podman.images import PullProgress

# words with which Podman says that the registry wants (other) credentials
_UNAUTHORIZED = ("unauthorized", "authentication required", "access denied", "denied")


async def pull_into(errand: Errand, reference: str) -> str:
    """Pull `reference`, reporting layers to the errand; returns its id. Trouble, PodmanError."""
    parsed = parse(reference)
    auth = await auth_for(errand.endpoint, parsed)
    layers: dict[str, PullProgress] = {}
    image_id = ""
    try:
        async with aclosing(images.pull(errand.podman, reference, credential=auth)) as lines:
            async for line in lines:
                if not isinstance(line, PullProgress):
                    image_id = line.image_id
                    continue
                if line.layer:
                    layers[line.layer] = line
                elif line.text:
                    errand.say(line.text)
                await errand.report({"layers": [_bar(bar) for bar in layers.values()]})
    except PullFailed as failed:
        errand.progress = {"layers": [_bar(bar) for bar in layers.values()]}
        raise Trouble(
            _failed(reference, parsed.registry, failed, known=bool(auth)), failed.message
        ) from failed
    errand.progress = {"layers": [_bar(bar) for bar in layers.values()]}
    return image_id


def _bar(line: PullProgress) -> dict[str, object]:
    return {
        "id": line.layer,
        "status": line.status,
        "current": line.current_bytes,
        "total": line.total_bytes,
    }


def _failed(reference: str, registry: str, failed: PullFailed, *, known: bool) -> str:
    words = failed.message.lower()
    if any(word in words for word in _UNAUTHORIZED):
        if known:
            return _(
                "%(registry)s refused the credentials that are kept for it. "
                "Replace them under Registries."
            ) % {"registry": registry}
        return _(
            "%(registry)s wants a user name and password, or has no such image. "
            "Add credentials under Registries."
        ) % {"registry": registry}
    return _("%(image)s could not be pulled.") % {"image": reference}
