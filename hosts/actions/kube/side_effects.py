"""Effects of a kube file on existing objects, which need the verbs for those objects too.

Podman sets an existing secret to the file's value, and down removes secrets.
"""

from django.utils.translation import gettext as _

from hosts.access import Person, require
from hosts.access.fetch import target_of
from hosts.jobs.errand import Errand, NotAllowed
from hosts.models import Endpoint
from hosts.podman import secrets
from hosts.podman.errors import NotFound

REPLACE, REMOVE, VOLUMES = "secret.replace", "secret.remove", "volume.remove"


def require_side_verbs(
    person: Person, endpoint: Endpoint, there: list[tuple[str, str]], needs: dict[str, str]
) -> None:
    """Denied for the first existing object whose kind needs a verb that the person lacks."""
    for kind, name in there:
        if verb := needs.get(kind):
            require(person, verb, target_of(endpoint, kind=kind, name=name), endpoint)


async def require_secret_verb(errand: Errand, names: list[str], verb: str) -> None:
    """NotAllowed where the host has such a secret and the person lacks `verb`."""
    if not names or await errand.allowed(verb):
        return
    for name in names:
        try:
            await secrets.inspect(errand.podman, name)
        except NotFound:
            continue
        words = _("A secret “%s” exists there, and you may not replace secrets.")
        raise NotAllowed(words % name)
