"""A run form as somebody has filled it in so far: what it would run, and what is to be said about it."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboard.furniture.form_verdict import FormVerdict, form_verdict
from dashboard.furniture.pod_to_join import pod_to_join
from dashboard.pages.run.forms import RunForm
from dashboard.pages.run.replacing import InTheWay, in_the_way
from dashboard.pages.run.rows import Row, read_ports, read_volumes
from hosts.access import NewContainer, Person
from hosts.actions.run import narrow_grants, run_spec
from hosts.actions.run.run_conflicts import conflicts
from hosts.actions.run.run_warnings import volume_words, warnings
from hosts.actions.run.table import FIELDS, SECTIONS, Kind, has_value
from hosts.capabilities import version_of
from hosts.jobs.ask import Order
from hosts.models import Endpoint
from hosts.refusals import Refusal

BAD, WARN, CALM = "bad", "warn", "calm"
# fields that stand in the open part of the form
_IN_FRONT = frozenset(("image", "name", "command", "restart", "tries", "memory", "cpus", "pids"))
# instead of values of the environment, which are never shown again
HIDDEN = "•••"


@dataclass(frozen=True)
class Said:
    """A sentence beside a field."""

    tone: str
    text: str


@dataclass
class Part:
    """A folded part of the form; `open` as soon as something stands in it."""

    name: str
    title: Any
    lines: list[BoundField] = field(default_factory=list)
    areas: list[BoundField] = field(default_factory=list)
    ticks: list[BoundField] = field(default_factory=list)
    open: bool = False

    @property
    def anything(self) -> bool:
        """True when it has fields at all."""
        return bool(self.lines or self.areas or self.ticks)


@dataclass
class Draft:
    """`said`: slot (a field's name or a row's) to what stands there; slots without words too."""

    form: RunForm
    ports: list[Row]
    volumes: list[Row]
    endpoint: Endpoint | None = None
    params: dict[str, Any] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict, repr=False)
    said: dict[str, Said] = field(default_factory=dict)
    # who has its name already
    way: InTheWay | None = None
    # what the guardrails say, once there is an image and a host
    form_verdict: FormVerdict | None = None

    @property
    def sections(self) -> list["Part"]:
        """The folded parts of the form."""
        return [part for one in SECTIONS if (part := self._part(one.name)).anything]

    def _part(self, name: str) -> "Part":
        section = next(one for one in SECTIONS if one.name == name)
        part = Part(section.name, section.title)
        for one in section.fields:
            if one.kind is Kind.OWN or one.name in _IN_FRONT:
                continue
            bound = self.form[one.name]
            {Kind.TICK: part.ticks, Kind.LINES: part.areas}.get(one.kind, part.lines).append(bound)
            wrong = (said := self.said.get(one.name)) is not None and said.tone == BAD
            # a choice says something once it is not its first
            usual = one.choices[0][0] if one.choices else ""
            part.open = part.open or wrong or (bound.value() or usual) != usual
        return part

    @property
    def wrong(self) -> list[str]:
        """The slots with a problem, in the form's order."""
        return [slot for slot, said in self.said.items() if said.tone == BAD]

    @property
    def missing(self) -> list[str]:
        """Variables without a value."""
        return [name for name, value in self.env.items() if not value]

    @property
    def warned(self) -> list[str]:
        """The slots with a warning, but the environment's, which `missing` counts."""
        slots = [slot for slot, said in self.said.items() if said.tone == WARN]
        return [slot for slot in slots if slot != "environment"]

    @property
    def slots(self) -> list[tuple[str, Said | None]]:
        """Every place beside a field, with what is to stand there."""
        rows = [row.slot for row in (*self.ports, *self.volumes)]
        return [(slot, self.said.get(slot)) for slot in (*self.form.fields, *rows)]

    @property
    def line(self) -> str:
        """The `podman run` line."""
        return run_spec.run_line(self.params, list(self.env))

    @property
    def spec(self) -> str:
        """The spec as JSON, without the environment's values; the job's label comes at the start."""
        hidden = dict.fromkeys(self.env, HIDDEN)
        spec = run_spec.build({"image": "", **self.params}, hidden, job_id=0)
        del spec["labels"][run_spec.JOB_LABEL]
        return json.dumps({k: v for k, v in spec.items() if v}, indent=2, ensure_ascii=False)


def read(
    data: QueryDict,
    endpoints: list[Endpoint],
    *,
    person: Person,
    sent: bool = False,
    kept: frozenset[str] = frozenset(),
    besides: str = "",
) -> Draft:
    """Judge what `person` has filled in. `sent`: also what is missing. `kept`: see RunForm. `besides`:
    the id of the container that this one is to replace.
    """
    form = RunForm(data, endpoints=endpoints, kept=kept)
    form.is_valid()
    draft = Draft(form, read_ports(data), read_volumes(data))
    chosen = form.cleaned_data.get("endpoint")
    draft.endpoint = next((one for one in endpoints if one.pk == chosen), None)
    for name, problems in form.errors.items():
        draft.said[name] = Said(BAD, " ".join(str(problem) for problem in problems))
    for row in (*draft.ports, *draft.volumes):
        if row.problem:
            draft.said[row.slot] = Said(BAD, row.problem)
    draft.env = form.cleaned_data.get("environment") or {}
    draft.params = _params(form.cleaned_data, draft)
    if sent and not draft.params["image"] and "image" not in draft.said:
        draft.said["image"] = Said(BAD, _("Give the name of an image."))
    if draft.endpoint is not None:
        say(draft, person, draft.endpoint, besides=besides, replace=data.get("replace", ""))
        # once it is sent, the action refuses it and writes that down
        if draft.params["image"] and not sent and not besides:
            _fit(draft, person, draft.endpoint)
        if draft.params["image"]:
            draft.form_verdict = _judged(draft, person, draft.endpoint, besides)
    return draft


def _judged(draft: Draft, person: Person, endpoint: Endpoint, besides: str) -> FormVerdict:
    verb = "container.recreate" if besides else "container.run"
    params = draft.params
    order = Order(
        endpoint=endpoint,
        kind="container",
        object_id=besides,
        name=params.get("name") or params["image"],
        params=params,
        proposal=run_spec.proposal(verb, params, endpoint),
        thing=NewContainer(params.get("name") or "", params.get("labels") or {}),
    )
    return form_verdict(
        person, verb, order, pod=pod_to_join(person, endpoint, params.get("pod") or "")
    )


def _fit(draft: Draft, person: Person, endpoint: Endpoint) -> None:
    """Say of what a narrowed grant is not for, before the click."""
    try:
        narrow_grants.narrowed_container(person, endpoint, "container.run", draft.params)
    except Refusal as error:
        draft.said.setdefault("endpoint", Said(BAD, str(error)))


def _params(cleaned: dict[str, Any], draft: Draft) -> dict[str, Any]:
    """What run_container.ask takes; fields that are wrong are left out."""
    params: dict[str, Any] = {
        "image": str(cleaned.get("image") or ""),
        "ports": [row.value for row in draft.ports if row.value],
        "volumes": [row.value for row in draft.volumes if row.value],
    }
    for one in FIELDS.values():
        if one.kind is not Kind.OWN:
            params[one.param] = cleaned.get(one.name)
    if params["restart"] != "on-failure":
        params["restart_tries"] = None
    return {key: value for key, value in params.items() if has_value(value) or key == "image"}


def say(
    draft: Draft, person: Person, endpoint: Endpoint, *, besides: str = "", replace: str = ""
) -> None:
    """Conflicts, warnings and notes, a worse word before a milder one. `replace`: the id of a container
    that is to be removed first.
    """
    if not besides:
        draft.way = in_the_way(person, endpoint, draft.params.get("name") or "", replace)
        if draft.way and draft.way.chosen:
            besides = draft.way.row.podman_id
    rows = {
        "ports": [row.slot for row in draft.ports if row.value],
        "volumes": [row.slot for row in draft.volumes if row.value],
    }

    def slot(place: str) -> str:
        kind, dot, index = place.partition(".")
        return rows[kind][int(index)] if dot else place

    for tone, sentences in (
        (BAD, conflicts(draft.params, rootless=endpoint.rootless, version=version_of(endpoint))),
        (WARN, warnings(person, endpoint, draft.params, besides=besides)),
    ):
        for place, sentence in sentences.items():
            draft.said.setdefault(slot(place), Said(tone, sentence))
    if draft.missing:
        words = _("Without a value: %s.") % ", ".join(draft.missing)
        draft.said.setdefault("environment", Said(WARN, words))
    for row in draft.volumes:
        if row.value:
            draft.said.setdefault(row.slot, Said(CALM, volume_words(person, endpoint, row.value)))
