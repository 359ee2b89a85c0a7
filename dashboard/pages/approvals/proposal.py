"""What a waiting job would do. Possible secrets stay hidden until the approver asks for them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from hosts.access import Person
from hosts.actions.approvals.show_hidden import showable_fields
from hosts.actions.run import run_spec
from hosts.guardrails import masked
from hosts.guardrails.sealed_params import ARGUMENTS, ENVIRONMENT, FILE, REQUEST, RUNS
from hosts.models import Approval

_TEXTS = {"kube.play": _("The kube file"), "image.build": _("The Containerfile")}
# names in hosts.guardrails.digest.facts
_WORDS = {
    "container": _("container"),
    "pod": _("pod"),
    "volume": _("volume"),
    "network": _("network"),
    "build": _("build"),
    "exec": _("command"),
    "limits": _("limits"),
    "image": _("image"),
    "joined": _("joined pod:"),
    "privileged": _("privileged"),
    "namespace": _("namespace"),
    "capability": _("capability"),
    "device": _("device"),
    "security option": _("security option"),
    "mount": _("mount"),
    "port": _("port"),
    "limit": _("limit"),
    "user": _("user"),
    "label": _("label"),
}


_HIDDEN_IN = {
    ARGUMENTS: (_("Show the arguments"), _("Arguments")),
    ENVIRONMENT: (_("Show the environment"), _("Environment")),
    FILE: (_("Show the file as sent"), _("The file as sent")),
    REQUEST: (_("Show the request as sent"), _("The request as sent")),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """`line`, `spec`: of a container. `parts`: of everything else too. `text`: of a file, secrets
    hidden.

    `text_is`: what sort of file that is.
    """

    line: str
    spec: str
    parts: list[dict[str, Any]]
    # the job has sealed parameters too
    sealed: bool
    text: str = ""
    text_is: str = ""
    # hidden: (field, button text); shown: (field, heading, text)
    offers: list[tuple[str, Any]] = field(default_factory=list)
    values: list[tuple[str, Any, str]] = field(default_factory=list)
    most: int = masked.MOST

    @property
    def cut(self) -> bool:
        """True when the file is longer than `text`."""
        return self.text.endswith(f"\n{masked.CUT}")


def proposal(row: Approval, person: Person, shown: Mapping[str, str]) -> Proposal:
    """What the job would do. `shown`: hidden values to show, by field
    (hosts.actions.approvals.show_hidden).
    """
    job = row.job
    line = spec = ""
    hides = set(showable_fields(person, row)) - shown.keys()
    if job.verb in RUNS and not job.by_client:
        params = masked.run_params(job.params)
        if params == job.params:
            hides.discard(ARGUMENTS)
        params = job.params if ARGUMENTS in shown else params
        names = list(params.get("env_names", []))
        verb = "create" if job.verb == "container.create" else "run"
        line = masked.visible(run_spec.run_line(params, names, verb=verb))
        built = run_spec.build(params, dict.fromkeys(names, masked.HIDDEN), job_id=0)
        del built["labels"][run_spec.JOB_LABEL]
        told = json.dumps({k: v for k, v in built.items() if v}, indent=2, ensure_ascii=False)
        spec = masked.visible(told)
    parts = [
        {"what": _word(part["what"]), "name": part["name"], "lines": _lines(part)}
        for part in row.proposed
    ]
    text_is = _("The request") if job.by_client else _TEXTS.get(job.verb, _("Input"))
    return Proposal(
        line,
        spec,
        parts,
        sealed=job.sealed_params is not None,
        text="" if shown.keys() & {FILE, REQUEST} else masked.visible(row.text),
        text_is=str(text_is),
        offers=[(name, words) for name, (words, _title) in _HIDDEN_IN.items() if name in hides],
        values=[
            (name, title, masked.visible(shown[name]))
            for name, (_words, title) in _HIDDEN_IN.items()
            if name in shown
        ],
    )


def _lines(part: dict[str, Any]) -> list[tuple[str, str]]:
    return [(_word(subject), str(value)) for subject, value in part["lines"]]


def _word(name: str) -> str:
    return str(_WORDS.get(name, name))
