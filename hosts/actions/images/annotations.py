"""Annotations as text: one name=value a line. Podman can add and change, not remove."""

import re

from django.utils.translation import gettext as _

from hosts.refusals import Refusal

MOST = 50
MOST_VALUE = 2000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,254}")


def parse_annotations(text: str) -> dict[str, str]:
    """Values by name. Refusal names the wrong line."""
    found: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, given, value = line.partition("=")
        if not given or not _NAME.fullmatch(name.strip()):
            raise Refusal(_("“%s” is not an annotation: write it like name=value.") % line[:80])
        if len(value) > MOST_VALUE or not value.isprintable():
            raise Refusal(_("The value of %s is too long, or has control characters.") % name[:80])
        found[name.strip()] = value.strip()
    if len(found) > MOST:
        raise Refusal(_("At most %d annotations at once.") % MOST)
    return found
