"""Entries about access, in words by what was changed: “let Erin into the team shop”."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def change_words(verb: str, params: Mapping[str, Any] | None) -> str:
    """What was done, before the target's name; "" when the verb's own words say enough."""
    words = _WORDS.get(verb)
    return words(params or {}) if words else ""


def _grant(params: Mapping[str, Any]) -> str:
    if "given" in params:
        return _("gave access:")
    return _("revoked access:") if "taken" in params else _("changed the end of access:")


def _team(params: Mapping[str, Any]) -> str:
    if name := params.get("let_in"):
        return str(_("added %s to the team") % name)
    if name := params.get("let_out"):
        return str(_("removed %s from the team") % name)
    if "made" in params:
        return _("created the team")
    return _("removed the team") if "removed" in params else ""


def _role(params: Mapping[str, Any]) -> str:
    if "made" in params:
        return _("created the role")
    return _("removed the role") if "removed" in params else ""


_WORDS = {"access.grant": _grant, "access.team": _team, "access.role": _role}
