"""Names that are given to images: `registry/path:tag`, complete before anything is sent."""

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from hosts.actions.images.references import Reference, parse, parse_full
from hosts.models import Image
from hosts.refusals import Refusal

MOST = 20


def new_name(text: str) -> Reference:
    """The full name. Without a registry it is in `localhost/`. Refusal."""
    found = parse(text)
    if found.digest:
        raise Refusal(_("The name must have a tag, not a digest."))
    return replace(found, registry="localhost") if found.short else found


def new_names(texts: Iterable[str]) -> list[str]:
    """Full names, each once. Refusal for none, too many or a wrong one."""
    names = list(dict.fromkeys(str(new_name(text)) for text in texts if text.strip()))
    if not names:
        raise Refusal(_("Give a name."))
    if len(names) > MOST:
        raise Refusal(_("At most %d names at once.") % MOST)
    return names


def destination(text: str) -> str:
    """Where to push: a full name with registry and tag. Refusal."""
    found = parse_full(text)
    if found.digest:
        raise Refusal(_("Push to a name with a tag, not to a digest."))
    if found.registry == "localhost":
        raise Refusal(_("“localhost” is not a registry: give the registry's address."))
    return str(found)


def names_of_others(row: Image, names: Iterable[str]) -> list[str]:
    """Those of `names` that another image on the endpoint has. Podman would move them."""
    others = Image.objects.filter(endpoint_id=row.endpoint_id, gone=None).exclude(pk=row.pk)
    held = {name for names_of in others.values_list("names", flat=True) for name in names_of}
    return [name for name in names if name in held]


def with_tags(names: Iterable[str]) -> list[str]:
    """The names with a tag. Pulls by digest add names without one."""
    return [name for name in names if "@" not in name]


def split(name: str) -> tuple[str, str]:
    """("registry:5000/path", "tag"), as Podman's tag calls take it."""
    found = parse(name)
    return str(replace(found, tag="", digest="")), found.tag
