"""container.create: as container.run, without the start. Settled by the label io.haulout.job."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action
from hosts.actions.run.run_container import ask_for, make, settle
from hosts.actions.run.table import FIELDS
from hosts.cards import MAKES, Lock, Right
from hosts.jobs.errand import Errand
from hosts.models import Job

VERB = "container.create"


def ask(person: Person, endpoint_id: int, *, params: dict[str, Any], env: dict[str, str]) -> Job:
    """Request a container, as run_container.ask."""
    return ask_for(person, endpoint_id, VERB, params=params, env=env)


async def do(errand: Errand) -> dict[str, Any]:
    return {"kind": "container", "id": await make(errand)}


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    right=Right(
        gettext_lazy("Create containers"),
        gettext_lazy("Create containers without starting them; as powerful as running them"),
        sensitive=True,
    ),
    road=MAKES,
    lock=Lock.MAKES,
    words=(gettext_lazy("Create"), gettext_lazy("created")),
    causes=("image.pull", "volume.create"),
    # values that may be secret (command, labels, …) are not listed, so a keyed hash is logged
    params=("env_names", "instead_of", *(one.param for one in FIELDS.values() if one.logged)),
)
