"""A run form while somebody fills it in: what it would run, and the notes beside its fields."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboard.furniture.form_verdict import FormVerdict, form_verdict
from dashboard.furniture.pod_to_join import pod_to_join
from dashboard.pages.run.forms import RunForm
from dashboard.pages.run.name_conflict import NameConflict, name_conflict
from dashboard.pages.run.rows import Row, read_ports, read_volumes
from hosts.access import NewContainer, Person
from hosts.actions.run import narrow_grants, run_spec
from hosts.actions.run.run_conflicts import conflicts
from hosts.actions.run.run_warnings import volume_words, warnings
from hosts.actions.run.table import FIELDS, SECTIONS, Kind, has_value
from hosts.capabilities import version_of
from hosts.jobs.order import Order
from hosts.models import Endpoint
from hosts.refusals import Refusal

BAD, WARN, CALM = "bad", "warn", "calm"
# fields above the folded sections
_IN_FRONT = frozenset(("image", "name", "command", "restart", "tries", "memory", "cpus", "pids"))
# shown instead of environment values
HIDDEN = "•••"


@dataclass(frozen=True)
class Note:
    """A sentence beside a field."""

    tone: str
    text: str


@dataclass
class Section:
    """A folded part of the form. `open`: something stands in it."""

    name: str
    title: Any
    lines: list[BoundField] = field(default_factory=list)
    areas: list[BoundField] = field(default_factory=list)
    ticks: list[BoundField] = field(default_factory=list)
    open: bool = False

    @property
    def has_fields(self) -> bool:
        """True when it has fields."""
        return bool(self.lines or self.areas or self.ticks)


@dataclass
class Draft:
    """`notes`: by slot. A slot is a field's name or a row's."""

    form: RunForm
    ports: list[Row]
    volumes: list[Row]
    endpoint: Endpoint | None = None
    params: dict[str, Any] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict, repr=False)
    notes: dict[str, Note] = field(default_factory=dict)
    # the container that has the name
    conflict: NameConflict | None = None
    # the guardrails' verdict, once there are an image and a host
    form_verdict: FormVerdict | None = None

    @property
    def sections(self) -> list[Section]:
        return [part for one in SECTIONS if (part := self._section(one.name)).has_fields]

    def _section(self, name: str) -> Section:
        section = next(one for one in SECTIONS if one.name == name)
        part = Section(section.name, section.title)
        for one in section.fields:
            if one.kind is Kind.OWN or one.name in _IN_FRONT:
                continue
            bound = self.form[one.name]
            {Kind.TICK: part.ticks, Kind.LINES: part.areas}.get(one.kind, part.lines).append(bound)
            wrong = (note := self.notes.get(one.name)) is not None and note.tone == BAD
            # a choice's first value is its default
            usual = one.choices[0][0] if one.choices else ""
            part.open = part.open or wrong or (bound.value() or usual) != usual
        return part

    @property
    def wrong_slots(self) -> list[str]:
        """Slots with an error, in the form's order."""
        return [slot for slot, note in self.notes.items() if note.tone == BAD]

    @property
    def empty_variables(self) -> list[str]:
        """Variables without a value."""
        return [name for name, value in self.env.items() if not value]

    @property
    def warned_slots(self) -> list[str]:
        """Slots with a warning, without the environment's: `missing` counts those."""
        slots = [slot for slot, note in self.notes.items() if note.tone == WARN]
        return [slot for slot in slots if slot != "environment"]

    @property
    def slots(self) -> list[tuple[str, Note | None]]:
        """(slot, its note or None) for the whole form."""
        rows = [row.slot for row in (*self.ports, *self.volumes)]
        return [(slot, self.notes.get(slot)) for slot in (*self.form.fields, *rows)]

    @property
    def line(self) -> str:
        """The `podman run` line."""
        return run_spec.run_line(self.params, list(self.env))

    @property
    def spec(self) -> str:
        """The spec as JSON, without environment values and the job's label."""
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
    """Parse and judge the form. `sent`: missing fields are errors too. `kept`: see RunForm.

    `besides`: id of the container that the new one replaces.
    """
    form = RunForm(data, endpoints=endpoints, kept=kept)
    form.is_valid()
    draft = Draft(form, read_ports(data), read_volumes(data))
    chosen = form.cleaned_data.get("endpoint")
    draft.endpoint = next((one for one in endpoints if one.pk == chosen), None)
    for name, problems in form.errors.items():
        draft.notes[name] = Note(BAD, " ".join(str(problem) for problem in problems))
    for row in (*draft.ports, *draft.volumes):
        if row.problem:
            draft.notes[row.slot] = Note(BAD, row.problem)
    draft.env = form.cleaned_data.get("environment") or {}
    draft.params = _params(form.cleaned_data, draft)
    if sent and not draft.params["image"] and "image" not in draft.notes:
        draft.notes["image"] = Note(BAD, _("Give the name of an image."))
    if draft.endpoint is not None:
        add_notes(draft, person, draft.endpoint, besides=besides, replace=data.get("replace", ""))
        # after the click the action refuses, with an audit entry
        if draft.params["image"] and not sent and not besides:
            _check_grant(draft, person, draft.endpoint)
        if draft.params["image"]:
            draft.form_verdict = _judge(draft, person, draft.endpoint, besides)
    return draft


def _judge(draft: Draft, person: Person, endpoint: Endpoint, besides: str) -> FormVerdict:
    verb = "container.recreate" if besides else "container.run"
    params = draft.params
    order = Order(
        endpoint=endpoint,
        kind="container",
        object_id=besides,
        name=params.get("name") or params["image"],
        params=params,
        proposal=run_spec.proposal(verb, params, endpoint),
        container=NewContainer(params.get("name") or "", params.get("labels") or {}),
    )
    return form_verdict(
        person, verb, order, pod=pod_to_join(person, endpoint, params.get("pod") or "")
    )


def _check_grant(draft: Draft, person: Person, endpoint: Endpoint) -> None:
    """Note when the person's narrowed grant does not cover this container."""
    try:
        narrow_grants.narrowed_container(person, endpoint, "container.run", draft.params)
    except Refusal as error:
        draft.notes.setdefault("endpoint", Note(BAD, str(error)))


def _params(cleaned: dict[str, Any], draft: Draft) -> dict[str, Any]:
    """Parameters of run_container.ask, without the wrong fields."""
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


def add_notes(
    draft: Draft, person: Person, endpoint: Endpoint, *, besides: str = "", replace: str = ""
) -> None:
    """Add errors, warnings and notes; the worst wins. `replace`: id of a container to remove first."""
    if not besides:
        draft.conflict = name_conflict(person, endpoint, draft.params.get("name") or "", replace)
        if draft.conflict and draft.conflict.chosen:
            besides = draft.conflict.row.podman_id
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
            draft.notes.setdefault(slot(place), Note(tone, sentence))
    if draft.empty_variables:
        words = _("Without a value: %s.") % ", ".join(draft.empty_variables)
        draft.notes.setdefault("environment", Note(WARN, words))
    for row in draft.volumes:
        if row.value:
            draft.notes.setdefault(row.slot, Note(CALM, volume_words(person, endpoint, row.value)))
