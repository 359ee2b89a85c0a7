"""The names on the pull page, one a line."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.pages.pull.full_names import FullName, full_names_for
from hosts.access import Person, allows
from hosts.actions.images.references import Reference, parse
from hosts.actions.registries.credentials import credential_for
from hosts.models import Endpoint
from hosts.refusals import Refusal

MOST = 50


@dataclass
class NameLine:
    """A line's text, the reference it means, and its error, offers or note."""

    text: str
    reference: Reference | None = None
    problem: str = ""
    offers: list[FullName] = field(default_factory=list)
    note: str = ""


def read(text: str, endpoints: list[Endpoint], person: Person) -> list[NameLine]:
    """The non-empty lines of `text`. `endpoints`: where to pull."""
    found = [NameLine(line.strip()) for line in text.split("\n") if line.strip()]
    for line in found[MOST:]:
        line.problem = _("At most %d names at once.") % MOST
    for line in found[:MOST]:
        try:
            line.reference = parse(line.text)
        except Refusal as exc:
            line.problem = str(exc)
            continue
        if line.reference.short:
            line.problem = _("Which image? Choose its full name.")
            line.offers = full_names_for(person, endpoints[0], line.reference) if endpoints else []
        else:
            line.note = _credentials(line.reference, endpoints, person)
    return found


def _credentials(reference: Reference, endpoints: list[Endpoint], person: Person) -> str:
    """Whether Haulout signs in at the registry, and as whom (with `registry.view`)."""
    if not endpoints:
        return ""
    rows = [row for one in endpoints if (row := credential_for(one, reference)) is not None]
    if not rows:
        return (
            _("No credentials are stored for %s: pulled without signing in.") % reference.registry
        )
    users = sorted({row.username for row in rows})
    who = ", ".join(users) if allows(person, "registry.view") else _("stored credentials")
    if len(rows) == len(endpoints):
        return _("Signs in at %(registry)s as %(user)s.") % {
            "registry": reference.registry,
            "user": who,
        }
    return ngettext(
        "Signs in at %(registry)s as %(user)s on %(n)d of %(all)d hosts; on the others "
        "without credentials.",
        "Signs in at %(registry)s as %(user)s on %(n)d of %(all)d hosts; on the others "
        "without credentials.",
        len(rows),
    ) % {"registry": reference.registry, "user": who, "n": len(rows), "all": len(endpoints)}
