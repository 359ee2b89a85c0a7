"""How REST makes containers: run, created, or recreated with changes."""

from typing import Any

from dashboard.furniture.existing_container import read_container
from dashboard.offers.host_bodies import run_params
from hosts.access import Person, get_object
from hosts.actions.containers import recreate_container
from hosts.actions.object_orders import ObjectRef
from hosts.actions.run import create_container, run_container
from hosts.actions.run.run_fields import KEPT
from hosts.models import Job


def run(person: Person, endpoint_id: int, *, start: bool, **given: Any) -> Job:
    """With `start` false it is created and does not run."""
    job: Job = (run_container if start else create_container).ask(person, endpoint_id, **given)
    return job


def recreate(
    person: Person,
    ref: ObjectRef,
    *,
    fields: dict[str, str],
    environment: dict[str, str | None],
    watch_s: int | None,
) -> Job:
    """Recreated with these fields changed and all else kept. The old one comes back on failure."""
    get_object(person, "container", *ref, verb="container.inspect")
    row = get_object(person, "container", *ref, verb=recreate_container.VERB)
    there = read_container(row, keep_volumes=True)
    env: dict[str, str | None] = {**dict.fromkeys(there.env, KEPT), **environment}
    kept = {name: value for name, value in env.items() if value is not None}
    params = run_params(there.texts | fields)
    return recreate_container.ask(person, ref, params=params, env=kept, watch_s=watch_s)
