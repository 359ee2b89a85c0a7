"""Pulls with progress, for image.pull and container.run."""

from contextlib import aclosing

from django.utils.translation import gettext as _

from hosts.actions.images.references import parse
from hosts.actions.images.registry_words import not_silent, why
from hosts.actions.registries.credentials import auth_for
from hosts.jobs.errand import ActionFailed, Errand
from hosts.podman import pull
from hosts.podman.errors import PullFailed
from hosts.podman.pull import PullProgress

# Podman reports each second while bytes come. Only unpacking a large layer is silent for long.
PATIENCE_S = 15 * 60.0
# a bound, since the host sends the number
MOST_LAYERS = 500


async def pull_into(errand: Errand, reference: str) -> str:
    """Pull `reference` and report its layers. Returns the image id. ActionFailed, PodmanError. NotAllowed
    where a locked image has that name.
    """
    parsed = parse(reference)
    await errand.check_names([reference])
    auth = await auth_for(errand.endpoint, parsed)
    layers: dict[str, PullProgress] = {}
    image_id = ""
    try:
        async with (
            aclosing(pull.pull(errand.podman, reference, credential=auth)) as pulling,
            aclosing(not_silent(pulling, parsed.registry, patience_s=PATIENCE_S)) as lines,
        ):
            async for line in lines:
                if not isinstance(line, PullProgress):
                    image_id = line.image_id
                    continue
                if line.layer:
                    if line.layer in layers or len(layers) < MOST_LAYERS:
                        layers[line.layer] = line
                elif line.text:
                    errand.say(line.text)
                await errand.report({"layers": [_bar(bar) for bar in layers.values()]})
    except PullFailed as failed:
        errand.progress = {"layers": [_bar(bar) for bar in layers.values()]}
        raise ActionFailed(
            _failed(reference, parsed.registry, failed, known=bool(auth)), failed.message
        ) from failed
    errand.progress = {"layers": [_bar(bar) for bar in layers.values()]}
    return image_id


def _bar(line: PullProgress) -> dict[str, object]:
    return {
        "id": line.layer[:64],
        "status": line.status[:64],
        "current": line.current_bytes,
        "total": line.total_bytes,
    }


def _failed(reference: str, registry: str, failed: PullFailed, *, known: bool) -> str:
    if registry == "localhost":
        return _(
            "This host has no image %(image)s, and names under localhost/ are in no registry. "
            "Build it there, load it from a file, or copy it from another host."
        ) % {"image": reference}
    return why(registry, failed, known=known) or _("%(image)s could not be pulled.") % {
        "image": reference
    }
