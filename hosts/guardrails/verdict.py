"""The verdict on a proposal: findings, of which the strictest decides."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _


class Severity(StrEnum):
    """What a broken rule leads to, from mild to strict."""

    WARN = "warn"
    ASK = "ask"
    REFUSE = "refuse"


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found at a `field`. `rule_id` 0: no stored rule. `said`: the whole sentence, for a lock
    or a freeze window.
    """

    rule: str
    rule_id: int
    severity: Severity
    field: str
    words: str
    why: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings. `rules`: how many rules were asked."""

    findings: tuple[Finding, ...] = ()
    rules: int = 0

    @property
    def worst(self) -> Severity | None:
        """The strictest severity, or None without findings."""
        return max((one.severity for one in self.findings), key=_RANK.__getitem__, default=None)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Findings that stop the action, the strictest first."""
        return tuple(one for one in self.in_order if one.severity is not Severity.WARN)

    @property
    def blocked_by_lock(self) -> bool:
        """True when a lock or a freeze window is the first to stop it."""
        return bool(self.blocking and self.blocking[0].said)

    @property
    def in_order(self) -> tuple[Finding, ...]:
        """All findings, the strictest first."""
        return tuple(sorted(self.findings, key=lambda one: -_RANK[one.severity]))

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings that only warn."""
        return tuple(one for one in self.findings if one.severity is Severity.WARN)

    def sentence(self) -> str:
        """Why it is stopped: the rule, the field, and what is wrong. "" where nothing stops it."""
        if not self.blocking:
            return ""
        first = self.blocking[0]
        values = {"rule": first.rule, "field": first.field, "words": first.words}
        if first.severity is Severity.ASK:
            text = _("The guardrail “%(rule)s” asks for approval (%(field)s): %(words)s")
        else:
            text = _("The guardrail “%(rule)s” refuses it (%(field)s): %(words)s")
        sentence = first.said or text % values
        if first.why:
            sentence = f"{sentence} {first.why}"
        if more := len(self.blocking) - 1:
            sentence = f"{sentence} " + _("%d more problems.") % more
        return sentence
