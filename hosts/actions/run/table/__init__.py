"""Every field of `podman run` that Haulout knows, by section. See field.py."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from hosts.actions.run.table.field import Field, Kind
from hosts.actions.run.table.health import HEALTH, LOG
from hosts.actions.run.table.limits import LIMITS
from hosts.actions.run.table.net import NET
from hosts.actions.run.table.security import SECURITY
from hosts.actions.run.table.storage import STORAGE
from hosts.actions.run.table.what import PROCESS, WHAT


@dataclass(frozen=True)
class Section:
    """A part of the form. `folded`: closed until one of its fields is used."""

    name: str
    title: Any
    fields: tuple[Field, ...]
    folded: bool = True


SECTIONS = tuple(
    Section(name, title, tuple(replace(one, section=name) for one in fields), folded=folded)
    for name, title, fields, folded in (
        ("what", _("Basics"), WHAT, False),
        ("network", _("Network"), NET, True),
        ("storage", _("Memory, images, secrets and devices as mounts"), STORAGE, True),
        ("process", _("Process, names and labels"), PROCESS, True),
        ("limits", _("Limits"), LIMITS, True),
        ("health", _("Health check"), HEALTH, True),
        ("security", _("Rights and namespaces"), SECURITY, True),
        ("log", _("Log"), LOG, True),
    )
)
FIELDS: dict[str, Field] = {one.name: one for part in SECTIONS for one in part.fields}
BY_FLAG: dict[str, Field] = {
    flag: one for one in reversed(FIELDS.values()) for flag in one.flags if "=" not in flag
}


def has_value(value: Any) -> bool:
    """True for a value that says something. 0 does; None, an empty text and False do not."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return True
    return bool(value)


__all__ = ["BY_FLAG", "FIELDS", "SECTIONS", "Field", "Kind", "Section", "has_value"]
