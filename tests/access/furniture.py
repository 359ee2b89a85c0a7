"""What the matrix knocks at: one of everything that an address can name, at place A."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, OneTimeLink, Role, Team, Token, User
from accounts.saved_views import SavedView
from audit import write
from audit.models import Entry
from audit.shapes import IntentItem, Target, Who
from hosts.models import (
    AccessRequest,
    Approval,
    Container,
    Endpoint,
    FreezeWindow,
    Grant,
    Guardrail,
    HostMute,
    Image,
    Job,
    Login,
    ObjectLock,
    OpenTerminal,
    RegistryCredential,
)
from tests.access.people import Someone, everyone
from tests.dashboard.hidden_cast import HIDDEN, SEEN, furnish

if TYPE_CHECKING:
    from accounts.models import User

# in one form: of place A (what a narrowed grant is about, and what is beside it), and of B
MIXED = [(1, SEEN), (1, HIDDEN[1]), (3, HIDDEN[3])]


@dataclass(frozen=True)
class Matrix:
    """The people, and an outsider whose things they try. By name of a part of an address: its
    value.
    """

    people: dict[str, Someone]
    bystander: "User"
    parts: dict[str, Any]


def furnished(password_hash: str) -> Matrix:
    """All of it, in the database."""

    def member(name: str, role: str = "member", *, active: bool = True) -> "User":
        return User.objects.create(
            email=f"{name}@example.org",
            name=name.title(),
            role=Role.objects.get(name=role),
            password=password_hash,
            is_active=active,
        )

    bystander = member("bystander")
    furnish(bystander)
    # one that can do all that Haulout can
    Endpoint.objects.update(podman_version="5.8.0")
    Login.objects.update(public_key="ssh-ed25519 AAAA")
    Image.objects.filter(endpoint_id=2).update(manifest_list=True)
    return Matrix(everyone(member), bystander, _parts(bystander))


def _parts(bystander: "User") -> dict[str, Any]:
    team = Team.objects.create(name="crew")
    Membership.objects.create(team=team, user=bystander)
    role = Role.objects.create(name="deckhand", verbs=["host.view"])
    grant = Grant.objects.create(
        user=bystander, role=Role.objects.get(name="viewer"), host_id=2, made_by="Alice"
    )
    in_a_day = timezone.now() + timedelta(days=1)
    link = OneTimeLink.objects.create(
        kind="invite", token_hash="0" * 64, email="new@example.org", expires_at=in_a_day
    )
    token = Token.objects.create(
        user=bystander, name="ci", prefix="p", digest="d", reach="all", expires_at=in_a_day
    )
    lock = ObjectLock.objects.create(
        kind="volume", host_id=1, endpoint_id=2, object_id=HIDDEN[2], name="data", reason="why"
    )
    # switched off: nothing is frozen
    freeze = FreezeWindow.objects.create(name="holidays", enabled=False)
    HostMute.objects.create(
        host_id=1, until=timezone.now() + timedelta(hours=1), reason="why", muted_by_name="Ada"
    )
    rule = Guardrail.objects.create(name="No privileges", kind="privileged")
    view = SavedView.objects.create(owner=bystander, list_name="containers", name="mine", query="")
    # an ended one of somebody else, about the container that a narrowed grant is about
    jobs = Job.objects.filter(endpoint_id=1)
    jobs.update(params={}, object_id=SEEN, asked_by=None)
    with transaction.atomic():
        asked = IntentItem(
            Who(name="Alice", door="page"), "container.run", Target(kind="container")
        )
        (number,) = write.intents([asked])
    held = Job.objects.create(
        verb="container.run",
        endpoint_id=1,
        object_kind="container",
        params={"image": "quay.io/x/y", "name": "new"},
        intent=number,
        state="held",
    )
    OpenTerminal.objects.filter(key="key1").update(podman_id=SEEN)
    # that can be put onto a network
    Container.objects.filter(endpoint_id=1, podman_id=SEEN).update(networks=["other"])
    # with a session that can be ended
    Client().force_login(bystander)
    return {
        "host_id": 1,
        "endpoint_id": 1,
        "login_id": Login.objects.get(host_id=1, user="root").pk,
        "group_id": 1,
        "job_id": jobs.get(state="failed").pk,
        "number": Entry.objects.get(endpoint_id=1).number,
        "key": "key1",
        "user_id": bystander.pk,
        "team_id": team.pk,
        "role_id": role.pk,
        "grant_id": grant.pk,
        "token_id": token.pk,
        "approval_id": Approval.objects.create(job=held).pk,
        "lock_id": lock.pk,
        "freeze_id": freeze.pk,
        "link_id": link.pk,
        "request_id": AccessRequest.objects.get(endpoint_id=2).pk,
        "credential_id": RegistryCredential.objects.get().pk,
        "guardrail_id": rule.pk,
        "view_id": view.pk,
        "list_name": "containers",
        "kind": "privileged",
        "provider_id": "none",
        "token": "none",
        "rest": "no/such/thing",
    }
