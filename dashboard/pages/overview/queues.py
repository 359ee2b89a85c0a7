"""Queues that no worker serves: their jobs wait until one is started."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.furniture.unserved import unserved
from dashboard.pages.overview.item import MOST, Item


def items() -> Iterator[Item]:
    """For everybody: each person's jobs wait there."""
    for queue in unserved()[:MOST]:
        start = _("Start one on Haulout's machine:")
        yield Item(
            kind=f"queue-{queue.queue}",
            tone="bad",
            icon="list-x",
            text=queue.words,
            detail=f"{start} {queue.command}" if queue.command else "",
            url=reverse("jobs:list"),
            action=_("Open jobs"),
            action_url=reverse("jobs:list"),
        )
