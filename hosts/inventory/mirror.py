"""The inventory of one endpoint: compares what the host listed with what was written last.

Synchronous and not locked: only the link's one writing thread calls it, within `write_together`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, F, When
from django.utils import timezone

from hosts.inventory.batch import TOPIC_OF, LeaseLost, WriteBatch, require_lease
from hosts.inventory.deaths import WINDOW, Deaths
from hosts.inventory.rows import HEALTHS, ListedObject, fields, listed_objects
from hosts.inventory.upsert import upsert
from hosts.models import INVENTORY, Endpoint

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Changes:
    """What one comparison wrote. `revision`: the endpoint's; it rises when anything changes."""

    revision: int
    inserted: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """True when rows were written."""
        return bool(self.inserted or self.updated or self.gone)


class Mirror:
    """The inventory of one endpoint, written under the lease `epoch` of its login."""

    def __init__(self, *, endpoint_id: int, login_id: int, epoch: int) -> None:
        self.endpoint_id = endpoint_id
        self.login_id = login_id
        self.epoch = epoch
        self.revision = 0
        self._read_revision = True
        # kind -> id -> (digest, health) as last written; a kind is read when it is first needed
        self._known: dict[str, dict[str, tuple[str, str]]] = {}
        # (kind, id) listed alone -> when that call began: an older full list must not undo it
        self._alone: dict[tuple[str, str], float] = {}

    def compare(self, batch: WriteBatch, kind: str, *, listed: Any, began: float) -> Changes:
        """Write a whole list: an object that is not in it is gone. Raises LeaseLost.

        `began`: the monotonic time at which the list was asked for.
        """
        found = listed_objects(kind, listed)
        known = self._load(kind)
        newer = {i for (k, i), at in self._alone.items() if k == kind and at > began}
        self._alone = {key: at for key, at in self._alone.items() if key[0] != kind or at > began}
        absent = [i for i in known if i not in found and i not in newer]
        return self._write(batch, kind, [s for i, s in found.items() if i not in newer], absent)

    def apply(
        self, batch: WriteBatch, kind: str, *, ids: Collection[str], listed: Any, began: float
    ) -> Changes:
        """Write objects `ids`, which were listed alone; those not found are gone. LeaseLost."""
        found = listed_objects(kind, listed)
        known = self._load(kind)
        for one in ids:
            self._alone[kind, one] = began
        there = [found[i] for i in ids if i in found]
        return self._write(batch, kind, there, [i for i in ids if i in known and i not in found])

    def write_health(self, batch: WriteBatch, podman_id: str, health: str) -> Changes:
        """Write a health event, without a list; one that changes nothing is dropped. LeaseLost."""
        old = self._load("container").get(podman_id)
        if old is None or health not in HEALTHS or old[1] == health:
            return Changes(self.revision)
        self._raise_revision(batch, "container")
        self._remember("container", written={podman_id: (old[0], health)}, absent=())
        self._rows("container", [podman_id]).update(
            health=health, revision=self.revision, changed_at=timezone.now()
        )
        return Changes(self.revision, updated=(podman_id,))

    def write_ends(
        self, batch: WriteBatch, ends: Mapping[str, datetime], *, column: str = "stopped_at"
    ) -> None:
        """Write when containers ended because somebody stopped them. LeaseLost.

        `column` "oom_at": because the kernel killed them when memory ran out.
        """
        rows = self._rows("container", ends)
        known = dict(rows.values_list("podman_id", column))
        new = {one: at for one, at in ends.items() if one in known and known[one] != at}
        if new:
            self._raise_revision(batch, "container")
        for one, at in new.items():
            rows.filter(podman_id=one).update(
                **{column: at}, revision=self.revision, changed_at=timezone.now()
            )

    def write_deaths(self, batch: WriteBatch, deaths: Mapping[str, Deaths]) -> None:
        """Write the last ends of containers, and their crashes in a row. LeaseLost."""
        self._load("container")
        self._raise_revision(batch, "container")
        stamps = {"revision": self.revision, "changed_at": timezone.now()}
        for one, its in deaths.items():
            values: dict[str, Any] = {"died_at": its.at, "died_code": its.code} if its.at else {}
            if its.anew:
                values["crashes"] = its.crashes
            elif its.first_crash:
                goes_on = When(
                    died_at__gt=its.first_crash - WINDOW, then=F("crashes") + its.crashes
                )
                values["crashes"] = Case(goes_on, default=its.crashes)
            self._rows("container", [one]).update(**values, **stamps)

    def write_inspected(
        self, batch: WriteBatch, volumes: Mapping[str, list[str]], kube: Collection[str]
    ) -> None:
        """Write what only inspect tells: names of volumes, and containers of `kube play`. LeaseLost."""
        if not volumes:
            return
        self._load("container")
        self._raise_revision(batch, "container")
        batch.topics.add(TOPIC_OF["volume"])
        for one, names in volumes.items():
            self._rows("container", [one]).update(volumes=names)
        # these containers look different now
        self._rows("container", kube).update(
            kube=True, revision=self.revision, changed_at=timezone.now()
        )

    def forget(self) -> None:
        """Read everything from the database again when it is next needed."""
        self._known.clear()
        self._read_revision = True

    def knows(self, kind: str, podman_id: str) -> bool:
        """True when the object was in the last list. Any thread may ask."""
        return podman_id in self._known.get(kind, {})

    def has_health(self, podman_id: str, health: str) -> bool:
        """True when that health is written. Any thread may ask."""
        old = self._known.get("container", {}).get(podman_id)
        return old is not None and old[1] == health

    def _load(self, kind: str) -> dict[str, tuple[str, str]]:
        if self._read_revision:
            self._read_revision = False
            mine = Endpoint.objects.filter(pk=self.endpoint_id)
            self.revision = mine.values_list("revision", flat=True).first() or 0
        if not self.revision:
            # nothing was ever written
            self._known.setdefault(kind, {})
        if kind not in self._known:
            rows = INVENTORY[kind].objects.filter(endpoint_id=self.endpoint_id, gone=None)
            columns = ["podman_id", "digest"] + (["health"] if kind == "container" else [])
            self._known[kind] = {
                row[0]: (row[1], row[2] if len(row) > 2 else "")
                for row in rows.values_list(*columns)
            }
        return self._known[kind]

    def _write(
        self, batch: WriteBatch, kind: str, found: list[ListedObject], absent: list[str]
    ) -> Changes:
        known = self._known[kind]
        changed = [one for one in found if known.get(one.podman_id) != (one.digest, one.health)]
        if not changed and not absent:
            return Changes(self.revision)
        self._raise_revision(batch, kind)
        now = timezone.now()
        self._upsert(kind, changed, now)
        for chunk in _chunks(absent):
            self._rows(kind, chunk).update(gone=now, changed_at=now, revision=self.revision)
        changes = Changes(
            self.revision,
            inserted=tuple(one.podman_id for one in changed if one.podman_id not in known),
            updated=tuple(one.podman_id for one in changed if one.podman_id in known),
            gone=tuple(absent),
        )
        written = {one.podman_id: (one.digest, one.health) for one in changed}
        self._remember(kind, written=written, absent=absent)
        return changes

    def _raise_revision(self, batch: WriteBatch, kind: str) -> None:
        batch.topics.add(TOPIC_OF[kind])
        if self.endpoint_id in batch.raised:
            return
        require_lease(batch, self.login_id, self.epoch)
        mine = Endpoint.objects.filter(pk=self.endpoint_id, login_id=self.login_id)
        # nobody else raises it while the lease is ours
        if not mine.update(revision=self.revision + 1):
            # a person removed it meanwhile
            raise LeaseLost
        self.revision += 1
        batch.undo.append(self.forget)
        batch.raised.add(self.endpoint_id)

    def _upsert(self, kind: str, changed: list[ListedObject], now: datetime) -> None:
        # a row that is gone can come back under its id: volumes by name, images by content
        stamps = {
            "endpoint_id": self.endpoint_id,
            "revision": self.revision,
            "seen_at": now,
            "changed_at": now,
            "gone": None,
        }
        for start in range(0, len(changed), _CHUNK):
            # in parts: the rows of a whole list take ten times the memory of the list
            some = changed[start : start + _CHUNK]
            rows = [{**stamps, "digest": one.digest, **fields(kind, one)} for one in some]
            upsert(INVENTORY[kind], rows)

    def _remember(
        self,
        kind: str,
        *,
        written: dict[str, tuple[str, str]],
        absent: Iterable[str],
    ) -> None:
        known = self._known[kind]
        known.update(written)
        for one in absent:
            known.pop(one, None)

    def _rows(self, kind: str, ids: Collection[str]) -> Any:
        return INVENTORY[kind].objects.filter(endpoint_id=self.endpoint_id, podman_id__in=ids)


def _chunks(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
