"""Who owns a login: a row per login with owner, epoch and an end, by the database's clock.

Taking a lease raises the epoch, and inventory writes carry it: two links never both write.
"""

import hashlib
import secrets
import socket
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

from django.db.models import F, Q, Value
from django.db.models.functions import Now

from hosts.models import Login

LEASE_S = 15.0


def shard_name(run: Path, shard: int) -> str:
    """The name that all links of this run folder share: the shard's lock lets one of them live."""
    place = hashlib.sha256(str(run).encode()).hexdigest()[:8]
    return f"{socket.gethostname()[:30]}/{place}/{shard}"


def owner_name(run: Path, shard: int) -> str:
    """The name of this process's life as a link."""
    return f"{shard_name(run, shard)}/{secrets.token_hex(4)}"


def take(login_ids: Collection[int], *, owner: str) -> dict[int, int]:
    """Take leases that are free, over, or of a dead link of our shard; login id to epoch."""
    shard = owner.rpartition("/")[0] + "/"
    free = Q(owner="") | Q(lease_until=None) | Q(lease_until__lt=Now())
    # the caller holds the shard's file lock: the other link is dead
    free |= Q(owner__startswith=shard) & ~Q(owner=owner)
    wanted = Login.objects.filter(free, pk__in=login_ids)
    wanted.update(owner=owner, epoch=F("epoch") + 1, lease_until=_end())
    return dict(Login.objects.filter(pk__in=login_ids, owner=owner).values_list("pk", "epoch"))


def renew(*, owner: str) -> set[int]:
    """Prolong all our leases; the ids of our logins."""
    mine = Login.objects.filter(owner=owner)
    mine.update(lease_until=_end())
    return set(mine.values_list("pk", flat=True))


def release(login_ids: Collection[int], *, owner: str) -> None:
    """Give leases up at once (orderly stop)."""
    Login.objects.filter(pk__in=login_ids, owner=owner).update(owner="", lease_until=None)


def _end() -> object:
    return Now() + Value(timedelta(seconds=LEASE_S))
