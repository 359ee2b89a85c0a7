"""What a pod's row shows."""

from typing import Any

from django.urls import reverse

from dashboard.furniture.offer import words_possible
from dashboard.live.visibility import verbs_for
from dashboard.offers.pods import OFFERS
from hosts.access import Person
from hosts.models import Pod

_words = words_possible(OFFERS)


def possible(row: Pod, verbs: frozenset[str]) -> list[str]:
    """Last words of the verbs that make sense now and that the person has."""
    if row.endpoint.state not in ("up", "degraded"):
        return []
    return _words(row, verbs)


def prepare(rows: list[Any], person: Person) -> None:
    """Set `can`, `url`, `members` and `running` on each row."""
    for row in rows:
        row.can = possible(row, verbs_for(person, row))
        row.url = reverse("pods:page", args=[row.endpoint_id, row.podman_id])
        # without the infra container
        row.members = [one for one in row.containers if one.get("id") != row.infra_id]
        row.running = sum(one.get("state") == "running" for one in row.members)
