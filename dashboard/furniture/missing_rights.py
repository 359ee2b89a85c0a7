"""Why somebody was refused: the missing right in words, where, who can give it, and how to ask."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.verbs import ACCESS_VIEW, Verb, get_verb
from audit.models import Entry
from audit.shapes import Target
from dashboard.furniture.subject import Subject
from dashboard.person import person_of
from hosts.access import (
    Denied,
    Person,
    allows,
    is_visible,
    visible_endpoints,
    visible_hosts,
)
from hosts.access.explain import givers, nameable
from hosts.models import INVENTORY

# of names: a page is no directory
MOST = 5


@dataclass(frozen=True, slots=True)
class MissingRight:
    """`by_whom`: who can give it, as a sentence; "" where it is held, or unknown. Addresses are "" where
    there is nothing to go to.
    """

    sentence: str
    verb: Verb | None
    describes: str = ""
    by_whom: str = ""
    ask_url: str = ""
    explain_url: str = ""


def missing_of(request: HttpRequest, refusal: Denied) -> MissingRight:
    """What the refused person is told."""
    return missing(person_of(request), refusal.verb, refusal.target)


def missing_in(reader: Person, entry: Entry) -> MissingRight:
    """The same of a refusal in the log, for whoever reads it there."""
    target = Target(
        kind=entry.target_kind,
        id=entry.target_id,
        name=entry.target_name,
        host_id=entry.host_id,
        endpoint_id=entry.endpoint_id,
    )
    return missing(reader, entry.verb, target, of=entry.who_id)


def missing(
    reader: Person, verb_name: str, target: Target | None, *, of: int | None = None
) -> MissingRight:
    """`of`: the number of whom it is about; None: the reader themselves."""
    verb = get_verb(verb_name)
    subject = _subject(reader, target)
    label = str(verb.label) if verb else verb_name
    own = of is None or of == reader.user.pk
    place = subject.name if subject.place is not None else ""
    # a verb about the site that they hold: what it was about goes beyond them
    held = own and verb is not None and verb.site and allows(reader, verb_name)
    # a verb of places, refused at none of them, is explained by none
    told_where = subject.place is not None or (verb is not None and verb.site)
    explained = told_where and (own or allows(reader, ACCESS_VIEW.name))
    return MissingRight(
        sentence=_sentence(label, place, beyond=held, own=own),
        verb=verb,
        describes=str(verb.describes) if verb else "",
        by_whom=_by_whom(reader, verb, subject, of or reader.user.pk) if verb and not held else "",
        ask_url=_ask(verb, subject) if own and verb and not held else "",
        explain_url=subject.explain_url(None if own else of) if explained else "",
    )


def _sentence(label: str, place: str, *, beyond: bool, own: bool) -> str:
    told = {"verb": label, "place": place}
    if not own:
        return _("Missing right: “%(verb)s”.") % told
    if beyond:
        words = _(
            "You hold “%(verb)s”, but not for this: the action gives or affects more than you hold."
        )
        return words % told
    if place:
        return _("None of your roles and grants permits “%(verb)s” here: %(place)s.") % told
    return _("None of your roles and grants permits “%(verb)s”.") % told


def _by_whom(reader: Person, verb: Verb, subject: Subject, of: int) -> str:
    able = givers(verb.name, subject.place, of)
    if not able:
        return _("Nobody can give it on a page now: whoever runs Haulout can, at its console.")
    names = [str(user) for user in nameable(reader, able)[:MOST]]
    told = {"names": ", ".join(names), "n": len(able) - len(names)}
    if not names:
        words = ngettext(
            "%(n)d person who manages access can give it.",
            "%(n)d people who manage access can give it.",
            len(able),
        )
        return words % told
    if told["n"]:
        return _("It can be given by: %(names)s and %(n)d more.") % told
    return _("It can be given by: %(names)s.") % told


def _ask(verb: Verb, subject: Subject) -> str:
    # what is about the site comes with a role of one's own alone, which no request gives
    if verb.site:
        return ""
    parts = {"verb": verb.name}
    if subject.row is not None or "endpoint" in subject.parts:
        parts["endpoint"] = subject.parts["endpoint"]
    elif subject.place is not None:
        parts["host"] = str(subject.place)
    return f"{reverse('requests:ask')}?{urlencode(parts)}"


def _subject(reader: Person, target: Target | None) -> Subject:
    """What it was about, as far as the reader sees it."""
    if target is None:
        return Subject()
    if target.endpoint_id is not None:
        place = (
            visible_endpoints(reader).select_related("host").filter(pk=target.endpoint_id).first()
        )
        if place is None:
            return Subject()
        model = INVENTORY.get(target.kind)
        if model is None:
            return Subject(place)
        rows = model.objects.select_related("endpoint__host")
        row = rows.filter(endpoint=place, podman_id=str(target.id)).first()
        return Subject(place, row if row is not None and is_visible(reader, row) else None)
    if target.host_id is not None:
        return Subject(visible_hosts(reader).filter(pk=target.host_id).first())
    return Subject()
