"""All kinds of rules, by name. A new kind is registered here."""

from typing import Any

from django.utils.translation import gettext as _

from hosts.guardrails.kinds import demands, rights, sources, unknown
from hosts.guardrails.kinds.kind import Kind, Setting, Settings, Shape
from hosts.refusals import FieldRefusal, Refusal

KINDS: dict[str, Kind] = {
    kind.name: kind for room in (rights, sources, demands, unknown) for kind in room.KINDS
}
MOST_LINES = 200
LONGEST = 300


def check_settings(kind_name: str, given: dict[str, Any]) -> Settings:
    """The settings of a kind, tidied, without unknown ones. FieldRefusal names the setting."""
    found: Settings = {}
    for setting in KINDS[kind_name].settings:
        value = given.get(setting.name)
        if setting.shape is Shape.TICK:
            if value is True:
                found[setting.name] = True
        elif setting.shape is Shape.CHOICES:
            chosen = value if isinstance(value, list) else []
            if strange := set(map(str, chosen)) - {name for name, _label in setting.choices}:
                raise FieldRefusal(
                    setting.name, _("There is no choice %s.") % ", ".join(sorted(strange))
                )
            if chosen:
                found[setting.name] = [name for name, _label in setting.choices if name in chosen]
        elif setting.shape is Shape.LINE:
            if text := str(value or "").strip():
                found[setting.name] = _read(setting, text)
        elif lines := [line for line in value or [] if str(line).strip()]:
            if len(lines) > MOST_LINES:
                raise FieldRefusal(setting.name, _("At most %d lines.") % MOST_LINES)
            found[setting.name] = [_read(setting, str(line)) for line in lines]
    return found


def _read(setting: Setting, text: str) -> str:
    if len(text) > LONGEST:
        raise FieldRefusal(setting.name, _("A line has at most %d characters.") % LONGEST)
    try:
        return setting.read(text.strip())
    except Refusal as exc:
        raise FieldRefusal(setting.name, str(exc)) from exc


__all__ = ["KINDS", "Kind", "Setting", "Settings", "Shape", "check_settings"]
