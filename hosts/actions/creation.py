"""Shared by verbs that create an object: names, labels, and finding what an earlier try made."""

import re

from django.utils.translation import gettext as _

from hosts.access import Person, get_endpoint
from hosts.inventory.job_marks import JOB_LABEL, OURS, mark
from hosts.models import INVENTORY, Endpoint
from hosts.models.inventory import LIVE
from hosts.podman.paths import Filters
from hosts.refusals import FieldRefusal

# valid names of volumes, networks and secrets (libpod/define: RegexError)
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
NAME_LIMIT = 200


def checked_name(text: str) -> str:
    """The name without surrounding blanks. FieldRefusal where Podman would not take it."""
    name = text.strip()
    if not name:
        raise FieldRefusal("name", _("Give a name."))
    if len(name) > NAME_LIMIT or not _NAME.fullmatch(name):
        raise FieldRefusal(
            "name",
            _("Start the name with a letter or digit; then use letters, digits, “_”, “.” or “-”."),
        )
    return name


def endpoint_for_new(
    person: Person, endpoint_id: int, verb: str, *, kind: str, name: str
) -> Endpoint:
    """The endpoint, if `name` is free there by the inventory. NotVisible, Denied, FieldRefusal."""
    endpoint = get_endpoint(person, endpoint_id, verb)
    if INVENTORY[kind].objects.filter(LIVE, endpoint=endpoint, name=name).exists():
        # Podman has no events for secrets (5.4.2): the inventory notices a removal at the next list
        cure = _("If it was removed just now, try again in a minute.") if kind == "secret" else ""
        words = _("“%(name)s” already exists on %(host)s.") % {"name": name, "host": endpoint}
        raise FieldRefusal("name", words, cure=cure)
    return endpoint


def checked_labels(labels: dict[str, str] | None) -> dict[str, str]:
    """The labels as given. FieldRefusal for one of Haulout's own names."""
    if any(name.strip().startswith(OURS) for name in labels or {}):
        raise FieldRefusal(
            "labels", _("Labels that start with io.haulout. are reserved for Haulout.")
        )
    return dict(labels or {})


def with_job_label(labels: dict[str, str], job_id: int) -> dict[str, str]:
    """The labels with the job's label, by which a broken try is found again."""
    return {**labels, JOB_LABEL: mark(job_id)}


def job_filter(job_id: int) -> Filters:
    """A list filter that finds what the job made."""
    return {"label": [f"{JOB_LABEL}={mark(job_id)}"]}
