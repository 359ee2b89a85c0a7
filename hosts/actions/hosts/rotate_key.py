"""host.rotate_key: new SSH keys for the logins of many hosts, one job each.

The new key is installed and tried before the old one is removed. If that fails, the old one still works.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.verbs import ADMIN
from hosts import control
from hosts.access import Person, get_host
from hosts.actions.action import Action
from hosts.actions.hosts.edit_host import reconnect
from hosts.actions.hosts.examine_host import seal_new_key
from hosts.cards import Lock, Right, Road
from hosts.control import ControlError
from hosts.jobs.ask import ask_batch
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Batch, Endpoint, Host, Login
from hosts.refusals import FieldRefusal

VERB = "host.rotate_key"


@dataclass(frozen=True, slots=True)
class Plan:
    """The logins whose keys are replaced, with their jobs' endpoints. Those left out are {"name", "host",
    "why"}.
    """

    logins: list[tuple[Login, Endpoint]] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)


def plan(person: Person, host_ids: Iterable[int]) -> Plan:
    """What `ask` would do. Denied, NotVisible. Logins without a socket (only jump hosts) or without a key
    are left out.
    """
    found = Plan()
    for host_id in host_ids:
        host = get_host(person, host_id, VERB)
        for login in host.logins.order_by("pk"):
            endpoint = login.endpoints.filter(enabled=True).order_by("pk").first()
            why = _why_not(host, login, has_socket=endpoint is not None)
            if endpoint is None or why:
                found.left_out.append({"name": str(login), "host": host.name, "why": why})
            else:
                found.logins.append((login, endpoint))
    return found


def ask(person: Person, host_ids: Iterable[int], *, one_for_all: bool = False) -> Batch:
    """New keys for every login of these hosts, one each or one for all. Denied, FieldRefusal."""
    found = plan(person, host_ids)
    orders = []
    shared = seal_new_key() if one_for_all else None
    for login, endpoint in found.logins:
        sealed, public = shared or seal_new_key()
        orders.append(
            Order(
                endpoint=endpoint,
                kind="login",
                object_id=str(login.pk),
                name=str(login),
                params={"login": login.user, "public_key": public, "before": login.public_key},
                secrets=sealed,
            )
        )
    if not orders:
        why = found.left_out[0]["why"] if found.left_out else _("Choose at least one host.")
        raise FieldRefusal("host", why)
    return ask_batch(person, VERB, orders, skipped=found.left_out, queue="short")


def _why_not(host: Host, login: Login, *, has_socket: bool) -> str:
    if host.kind != Host.Kind.SSH:
        return _("This machine is reached without a key.")
    if not host.enabled:
        return _("The host is disabled.")
    if not login.public_key:
        return _("The public half of its key is unknown: replace the key in its settings.")
    if not has_socket:
        return _("It is a jump host without a socket: replace its key in its settings.")
    return ""


async def do(errand: Errand) -> dict[str, Any]:
    """Install the new key, try it, store it, remove the old one. Each step can be repeated."""
    login_id, old, new = int(errand.object_id), errand.params["before"], errand.params["public_key"]
    sealed = await errand.secrets()
    if sealed is None:
        raise ActionFailed(_("The new key no longer exists: rotate again."))
    await errand.about_to_send()
    now = await sync_to_async(_public_key)(login_id)
    if now not in (old, new):
        raise ActionFailed(_("Somebody else has replaced this key in the meantime."))
    try:
        if now == old:
            errand.say(_("Adding the new key beside the old one …"))
            await errand.report({})
            await control.rotate_key(login_id, sealed_new=sealed, old=old, new=new)
            errand.say(_("The new key works."))
            await sync_to_async(_keep)(login_id, sealed, new)
        await control.rotate_key(login_id, sealed_new=sealed, old=old, new=new, last=True)
        errand.say(_("The old key is removed."))
    except ControlError as error:
        kept = await sync_to_async(_public_key)(login_id)
        words = (
            _("The old key is still in use: %s")
            if kept == old
            else _("The new key is in use, but the host still accepts the old one: %s")
        )
        raise ActionFailed(words % f"{error.cause} {error.cure}".strip(), error.kind) from error
    await control.reload()
    return {"public_key": new}


def _public_key(login_id: int) -> str:
    found = Login.objects.filter(pk=login_id).values_list("public_key", flat=True).first()
    if found is None:
        raise ActionFailed(_("This login is no longer registered."))
    return found


def _keep(login_id: int, sealed: bytes, public: str) -> None:
    with transaction.atomic():
        login = Login.objects.select_for_update().get(pk=login_id)
        login.sealed_key, login.public_key = sealed, public
        login.certificate, login.certificate_until = "", None
        login.save()
        reconnect(Login.objects.filter(pk=login_id))


async def settle(_errand: Errand) -> Settlement:
    """Every step first looks whether it was done, so `do` continues."""
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(
        gettext_lazy("Rotate keys"),
        gettext_lazy("Give the logins of a host new SSH keys"),
        ADMIN,
        sensitive=True,
    ),
    road=Road(why="no object of Podman's"),
    lock=Lock.CHANGES,
    words=(gettext_lazy("Rotate key of"), gettext_lazy("rotated the key of")),
    params=("login", "public_key", "before"),
)
