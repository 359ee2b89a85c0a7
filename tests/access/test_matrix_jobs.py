"""Every action by everybody (T2, T21): asked for at the click, and asked again when a worker has it."""

import inspect
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import ModuleType
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from hosts.access import Denied, NotVisible
from hosts.actions import ACTIONS
from hosts.actions.builds.build_fields import BuildOrder
from hosts.jobs import carry as carrying
from hosts.models import Grant, Job
from hosts.refusals import Refusal
from tests.access.bodies import POD
from tests.access.calls import recorded_effects
from tests.access.furniture import Matrix
from tests.access.people import BY_THEMSELVES, NAMES, PLACE_OF, A, Someone
from tests.dashboard.hidden_cast import HIDDEN, SEEN

NOT_THERE, DENIED, ASKED, NOTHING = "not there", "denied", "asked", "nothing"
# what an action wants to know beside its place or object
SPEC = {"image": "quay.io/x/y:1", "name": "new", "labels": {"app": "shop"}}
PRUNE: dict[str, Any] = {"filters": {}}
WORDS: dict[str, dict[str, Any]] = {
    "artifact.pull": {"name": "quay.io/x/y:1"},
    "artifact.push": {"name": "quay.io/x/y:1"},
    "artifact.remove": {"seen": [("quay.io/x/y:1", "sha256:" + "a" * 64)]},
    "container.command": {"command": "true"},
    "container.commit": {"name": "new:1"},
    "container.create": {"params": SPEC, "env": {}},
    "container.open": {"image": "quay.io/x/y"},
    "container.prune": PRUNE,
    "container.recreate": {"params": {**SPEC, "name": "shop"}, "env": {}},
    "container.rename": {"name": "new"},
    "container.run": {"params": SPEC, "env": {}},
    "container.update": {"texts": {"memory": "64m"}},
    "image.build": {"text": "FROM x/y", "order": BuildOrder(("localhost/new:1",), "")},
    "image.copy": {"targets": [2]},
    "image.list_create": {"name": "localhost/new:1"},
    "image.list_edit": {"digest": "sha256:" + "a" * 64},
    "image.prune": PRUNE,
    "image.pull": {"reference": "quay.io/x/y:1"},
    "image.push": {"destination": "quay.io/x/y:1"},
    "image.search": {"term": "nginx", "registry": "quay.io"},
    "image.tag": {"names": ["localhost/new:1"]},
    "image.untag": {"names": ["zbreakwater-image:latest"]},
    "kube.down": {"text": POD % "zbreakwater-pod"},
    "kube.play": {"text": POD % "new"},
    "network.connect": {"container_id": SEEN},
    "network.create": {"name": "new"},
    "network.disconnect": {"container_id": SEEN},
    "network.prune": PRUNE,
    "pod.create": {"name": "new"},
    "pod.prune": PRUNE,
    "secret.create": {"name": "new", "value": b"x"},
    "secret.replace": {"value": b"x"},
    "volume.clone": {"name": "new"},
    "volume.create": {"name": "new"},
    "volume.open": {"image": "quay.io/x/y"},
    "volume.prune": PRUNE,
}
# asked for in several ways: this one
WAY = {"image.list_edit": "ask_drop"}
# they make a container beside, or concern all that is there: not for a grant over some containers
WHOLE = {"container.open", "container.prune"}


def verbs() -> list[str]:
    """Of every action there is."""
    return sorted(ACTIONS)


def way_of(verb: str) -> Callable[..., Any]:
    """The function that asks for it."""
    module: ModuleType = sys.modules[ACTIONS[verb].carry_out.__module__]
    found: Callable[..., Any] | None = getattr(module, WAY.get(verb, "ask"), None)
    return found or module.ask_many


def ask(verb: str, person: Any) -> Any:
    """Ask for it at place A, and if it is about a container, for the one that fits."""
    kind = verb.partition(".")[0]
    # the other Podman of place A has a manifest list
    endpoint_id = 2 if verb == "image.list_edit" else 1
    ref = (endpoint_id, SEEN if kind == "container" else HIDDEN[endpoint_id])
    places = {"ref": ref, "refs": [ref], "endpoint_id": 1, "host_ids": [1]}
    way = way_of(verb)
    return way(person, places[about(verb)], **WORDS.get(verb, {}))


def about(verb: str) -> str:
    """The word for what it is done to."""
    return [*inspect.signature(way_of(verb)).parameters][1]


def expected(verb: str, who: Someone) -> str:
    """How asking has to end."""
    kind = verb.partition(".")[0]
    # what is to be made would fit too
    fits = kind == "container"
    of_object = about(verb).startswith("ref")
    sees = who.holds(f"{kind}.view", A, fits=fits) if of_object else who.sees_host(A)
    if not sees:
        return NOT_THERE
    return ASKED if who.holds(verb, A, fits=fits and verb not in WHOLE) else DENIED


def test_every_action_can_be_asked_for(matrix: Matrix) -> None:
    assert set(WORDS) <= set(verbs())
    owner, admin = matrix.people["owner"], matrix.people["admin"]
    assert {verb for verb in verbs() if expected(verb, owner) != ASKED} <= {"host.rotate_key"}
    assert {expected(verb, admin) for verb in verbs()} == {ASKED}


@pytest.mark.parametrize("name", NAMES)
def test_at_the_click(matrix: Matrix, vault_keys: None, name: str) -> None:
    who = matrix.people[name]
    found: dict[str, Any] = {}
    for verb in verbs():
        with recorded_effects() as seen:
            try:
                ask(verb, who.person())
                how = ASKED
            except NotVisible:
                how = NOT_THERE
            except Denied:
                how = DENIED
            except Refusal as error:
                # what a plan has nothing left of; any other error is the test's end, and names itself
                how = NOTHING if about(verb) == "refs" else repr(error)
        left = [one[0] for one in seen.jobs]
        if not left and how in (ASKED, NOTHING):
            # of a list: what they see was refused, and what they do not see was not there
            how = DENIED if seen.refusals() else NOT_THERE
        wanted = expected(verb, who)
        if how != wanted or set(left) != ({verb} if how == ASKED else set()):
            found[verb] = (how, wanted, left)
        elif how != ASKED and (seen.deeds() or seen.tables - {"hosts_batch"}):
            found[verb] = (how, seen.deeds(), seen.tables)
        elif (how == DENIED) != bool(seen.refusals()):
            found[verb] = (how, seen.entries)
    assert found == {}


@dataclass
class Hand:
    """A handler that only notes that it was let do something."""

    verb: str
    waits: bool = False
    did: int = 0

    async def do(self, errand: Any) -> dict[str, Any]:
        self.did += 1
        return {}

    async def settle(self, errand: Any) -> Any:
        raise AssertionError("nothing was sent, so nothing is to be settled")


# what a token cuts away is cut away at the click; the worker asks for its owner
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", BY_THEMSELVES)
async def test_when_it_is_carried_out(transactional_matrix: Matrix, name: str) -> None:
    """As if each had been allowed at the click: the worker lets through who is allowed now."""
    who = transactional_matrix.people[name]
    wrong = {}
    for job in await jobs_of(who):
        hand = Hand(job.verb)
        outcome = await carry(job, hand)
        fits = job.verb.startswith("container.") and job.grant_id is not None
        allowed = who.holds(job.verb, PLACE_OF[job.endpoint_id], fits=fits)
        if (outcome.state, hand.did) != (("ok", 1) if allowed else ("denied", 0)):
            wrong[job.verb, job.endpoint_id] = (outcome.state, hand.did, outcome.error)
    assert wrong == {}


async def carry(job: Any, hand: Hand) -> Any:
    """The worker's part; no host is there, since the hand sends nothing."""
    return await carrying.carry(job, hand, object())  # type: ignore[arg-type]


@sync_to_async
def jobs_of(who: Someone) -> list[Any]:
    """One per verb at A and at B; for who has a narrowed grant, through that."""
    grant = Grant.objects.filter(user=who.user).exclude(label="").first()
    found = []
    for verb in verbs():
        for endpoint_id in (1, 3):
            job = Job.objects.create(
                verb=verb,
                endpoint_id=endpoint_id,
                asked_by=who.user,
                asked_by_name=str(who.user),
                who=asdict(who.person().who),
                grant_id=grant.pk if grant else None,
                intent=0,
                state="running",
            )
            found.append(Job.objects.select_related("endpoint__host").get(pk=job.pk))
    return found
