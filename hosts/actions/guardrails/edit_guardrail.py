"""guardrail.edit: rules on what may be made. A change applies at once, also to waiting jobs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.epoch import raise_epoch
from accounts.unique_names import refuse_taken
from audit import write
from audit.shapes import Target
from hosts import bells
from hosts.access import NotVisible, Person, require
from hosts.guardrails.kinds import KINDS, check_settings
from hosts.guardrails.starter_rules import STARTER_RULES
from hosts.guardrails.verdict import Severity
from hosts.models import Group, Guardrail
from hosts.refusals import FieldRefusal

VERB = "guardrail.edit"
READ = "host.view"
LONGEST_NAME, LONGEST_WORDS = 80, 1000


@dataclass(frozen=True)
class GuardrailOptions:
    """A guardrail. Without groups: every host."""

    name: str
    kind: str
    settings: dict[str, Any] = field(default_factory=dict)
    severity: str = Severity.REFUSE.value
    words: str = ""
    groups: tuple[Group, ...] = ()
    enabled: bool = True


def target_of_rule(row: Guardrail) -> Target:
    """The audit target of a rule."""
    return Target(kind="guardrail", id=str(row.pk), name=row.name)


def make(person: Person, options: GuardrailOptions) -> Guardrail:
    """Create a rule. FieldRefusal names the field, Denied."""
    require(person, VERB, Target(kind="guardrail", id="", name=options.name))
    with transaction.atomic():
        row = Guardrail()
        shown = _write(row, options)
        _log(person, row, {"made": True, **shown})
    return row


def make_starter_rules(person: Person) -> list[Guardrail]:
    """Create the starter rules, as warnings. A rule of the same name stays. Denied."""
    require(person, VERB, Target(kind="guardrail", id="", name=""))
    made = []
    with transaction.atomic():
        for kind, name, words, settings in STARTER_RULES:
            if not Guardrail.objects.filter(name__iexact=str(name)).exists():
                options = GuardrailOptions(
                    str(name), kind, settings, Severity.WARN.value, str(words)
                )
                row = Guardrail()
                _log(person, row, {"made": True, **_write(row, options)})
                made.append(row)
    return made


def edit(person: Person, guardrail_id: int, options: GuardrailOptions) -> Guardrail:
    """Change a rule. FieldRefusal, NotVisible, Denied."""
    row = get_guardrail(person, guardrail_id)
    with transaction.atomic():
        before = _log_params(row)
        after = _write(row, options)
        changes = {
            name: [before[name], after[name]] for name in after if before[name] != after[name]
        }
        if changes:
            _log(person, row, {"changes": changes})
    return row


def remove(person: Person, guardrail_id: int) -> str:
    """Delete a rule. Returns its name. NotVisible, Denied."""
    row = get_guardrail(person, guardrail_id)
    with transaction.atomic():
        params = {"removed": True, **_log_params(row)}
        target = target_of_rule(row)
        row.delete()
        raise_epoch()
        write.event(person.who, VERB, target, params=params)
        bells.ring("audit")
    return target.name


def get_guardrail(person: Person, guardrail_id: int, *, verb: str = VERB) -> Guardrail:
    """The rule, if the person may edit it (with READ: see it). NotVisible, Denied."""
    require(person, verb, Target(kind="guardrail", id=str(guardrail_id), name=""))
    row = Guardrail.objects.filter(pk=guardrail_id).first()
    if row is None:
        raise NotVisible
    return row


def _write(row: Guardrail, options: GuardrailOptions) -> dict[str, Any]:
    """Check and save. Returns what the log keeps. FieldRefusal."""
    name = options.name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise FieldRefusal("name", _("Give it a name of at most %d characters.") % LONGEST_NAME)
    name_taken = FieldRefusal("name", _("There is already a guardrail with this name."))
    if Guardrail.objects.filter(name__iexact=name).exclude(pk=row.pk).exists():
        raise name_taken
    if options.kind not in KINDS:
        raise FieldRefusal("kind", _("There is no kind %s.") % options.kind[:40])
    if options.severity not in tuple(Severity):
        raise FieldRefusal("severity", _("Choose refuse, ask or warn."))
    row.name, row.kind, row.severity = name, options.kind, options.severity
    row.settings = check_settings(options.kind, options.settings)
    row.words = options.words.strip()[:LONGEST_WORDS]
    row.enabled, row.everywhere = options.enabled, not options.groups
    with refuse_taken(name_taken):
        row.save()
    row.groups.set(options.groups)
    return _log_params(row)


def _log_params(row: Guardrail) -> dict[str, Any]:
    # rules are no secret, and a reviewer must be able to read them
    return {
        "name": row.name,
        "kind": row.kind,
        "severity": row.severity,
        "settings": _flat(row.settings),
        "groups": sorted(row.groups.values_list("name", flat=True)),
        "everywhere": row.everywhere,
        "enabled": row.enabled,
        "words": row.words,
    }


def _flat(settings: dict[str, Any]) -> list[str]:
    """`name: value` lines, sorted by name, for the log."""
    return [f"{name}: {_text(value)}" for name, value in sorted(settings.items())]


def _text(value: Any) -> str:
    lines: Iterable[Any] = value if isinstance(value, list) else [value]
    return ", ".join(str(line) for line in lines)


def _log(person: Person, row: Guardrail, params: dict[str, Any]) -> None:
    raise_epoch()
    write.event(person.who, VERB, target_of_rule(row), params=params)
    bells.ring("audit")
