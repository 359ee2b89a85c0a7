"""The run form filled from a container: to run another like it, or to recreate it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from dashboard.pages.run.draft import BAD, WARN, Draft, Note
from dashboard.pages.run.forms import RunForm
from dashboard.pages.run.from_job import field_of, initial_of
from dashboard.pages.run.from_line import port_texts, volume_texts
from dashboard.pages.run.rows import Row, empty_port, empty_volume, read_texts
from hosts.actions.run.existing import ExistingContainer
from hosts.actions.run.run_fields import KEPT
from hosts.actions.run.run_spec import params_of, texts_of
from hosts.actions.run.table import FIELDS
from hosts.models import Endpoint, Job
from hosts.refusals import Refusal

MOST_HIDDEN = 200_000


@dataclass(frozen=True)
class Change:
    """One line of the difference."""

    label: Any
    before: str
    after: str


def fill(
    there: ExistingContainer, endpoints: list[Endpoint], endpoint: Endpoint, *, kept: bool
) -> Draft:
    """The filled form. `kept`: variables stand without a value, and keep theirs."""
    values = "".join(f"{name}\n" if kept else f"{name}=\n" for name in there.env)
    start = initial_of(there.texts) | {"endpoint": endpoint.pk, "environment": values}
    form = RunForm(initial=start, endpoints=endpoints, kept=frozenset(there.env))
    draft = Draft(form, _rows(there, "ports"), _rows(there, "volumes"), endpoint)
    for name, text in there.texts.items():
        try:
            draft.params |= params_of({name: text})
        except Refusal as exc:
            draft.notes[name] = Note(BAD, str(exc))
    draft.params.setdefault("image", there.texts.get("image", ""))
    draft.env = dict.fromkeys(there.env, KEPT)
    if there.env and not kept:
        words = _("The values are not copied automatically: show them, or enter new ones.")
        draft.notes["environment"] = Note(WARN, words)
    draft.ports = draft.ports or [empty_port()]
    draft.volumes = draft.volumes or [empty_volume()]
    return draft


def refill(there: ExistingContainer, job: Job, endpoint: Endpoint) -> Draft:
    """The form of an earlier try to recreate the container, with Podman's error beside its field."""
    asked = ExistingContainer(texts_of(job.params), there.env, there.source, there.missing)
    draft = fill(asked, [endpoint], endpoint, kept=True)
    kept, given = job.params.get("kept", []), job.params.get("env_names", [])
    lines = [name for name in kept if name in there.env] + [f"{name}=" for name in given]
    draft.form.initial["environment"] = "".join(f"{line}\n" for line in sorted(lines))
    draft.env = dict.fromkeys(kept, KEPT) | dict.fromkeys(given, "")
    if given:
        words = _("The new values were erased when the job ended: enter them again.")
        draft.notes["environment"] = Note(WARN, words)
    refused = job.cause or job.error
    if job.state == Job.State.FAILED and refused:
        slot = field_of(refused) or "command"
        rows = {"ports": draft.ports, "volumes": draft.volumes}.get(slot)
        slot = rows[0].slot if rows else slot
        draft.notes[slot] = Note(BAD, _("%(error)s Its message: %(words)s") % _error_words(job))
    return draft


def _error_words(job: Job) -> dict[str, str]:
    return {"error": job.error, "words": job.cause or "–"}


def _rows(there: ExistingContainer, kind: str) -> list[Row]:
    texts_for = {"ports": port_texts, "volumes": volume_texts}[kind]
    lines = there.texts.get(kind, "").split("\n")
    return [read_texts(kind, texts_for(line)) for line in lines if line]


def hidden_of(there: ExistingContainer) -> dict[str, str]:
    """Hidden fields for `differences`, so that the host is not asked again."""
    marks = {name: _mark(name, value) for name, value in there.env.items()}
    return {"was": json.dumps(there.texts), "kept": json.dumps(marks)}


def _mark(name: str, value: str) -> str:
    # a keyed hash: tells equal values, and nothing else
    return salted_hmac("haulout.environment", f"{name}={value}").hexdigest()[:24]


def marks_of(request: HttpRequest) -> dict[str, str]:
    """Variable to the mark of its value, from the hidden fields."""
    return _texts(request.POST.get("kept", ""))


def kept_env(env: dict[str, str], marks: dict[str, str]) -> dict[str, str]:
    """`env` with KEPT for each value that the container has already."""
    return {
        name: KEPT if value != KEPT and marks.get(name) == _mark(name, value) else value
        for name, value in env.items()
    }


def differences(hidden: Mapping[str, str], draft: Draft) -> list[Change]:
    """What would change, in the form's order. `hidden`: from `hidden_of`."""
    before, after = _normal(_texts(hidden.get("was", ""))), texts_of(draft.params)
    found = [
        Change(one.label, before.get(name, ""), after.get(name, ""))
        for name, one in FIELDS.items()
        if before.get(name, "") != after.get(name, "")
    ]
    return found + _of_environment(_texts(hidden.get("kept", "")), draft.env)


def _normal(texts: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in texts.items():
        try:
            found |= texts_of(params_of({name: text}))
        except Refusal:
            found[name] = text
    return found


def _of_environment(marks: dict[str, str], env: dict[str, str]) -> list[Change]:
    gone = [Change(name, _("current value"), _("removed")) for name in marks if name not in env]
    new = [
        Change(name, _("current value"), _("new value"))
        if name in marks
        else Change(name, "", _("new variable"))
        for name, value in env.items()
        if value != KEPT and marks.get(name) != _mark(name, value)
    ]
    return gone + new


def _texts(text: str) -> dict[str, str]:
    try:
        found = json.loads(text[:MOST_HIDDEN] or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(k): v for k, v in found.items() if isinstance(v, str)}


def environment_text(there: ExistingContainer) -> tuple[str, list[str]]:
    """(lines with values, names of variables with several lines, whose values are left out)."""
    long = [name for name, value in there.env.items() if "\n" in value or "\r" in value]
    lines = [name if name in long else f"{name}={value}" for name, value in there.env.items()]
    return "\n".join(lines), long
