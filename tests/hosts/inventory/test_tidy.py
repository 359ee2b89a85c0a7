"""Rows of gone objects stay a week, at most fifty of a kind per endpoint."""

from datetime import timedelta

from django.utils import timezone

from hosts.inventory import tidy
from hosts.models import Endpoint, Volume
from tests import make


def volume(endpoint: Endpoint, name: str, *, gone_for: timedelta | None) -> None:
    now = timezone.now()
    make.volume(
        endpoint, name, podman_id=name, gone=now - gone_for if gone_for is not None else None
    )


def test_old_rows_go(endpoint: Endpoint) -> None:
    volume(endpoint, "here", gone_for=None)
    volume(endpoint, "yesterday", gone_for=timedelta(days=1))
    volume(endpoint, "long ago", gone_for=timedelta(days=8))
    assert tidy() == 1
    assert set(Volume.objects.values_list("name", flat=True)) == {"here", "yesterday"}


def test_the_newest_fifty_stay(endpoint: Endpoint) -> None:
    for number in range(53):
        volume(endpoint, f"v{number}", gone_for=timedelta(minutes=number))
    assert tidy() == 3
    assert not Volume.objects.filter(name__in=["v50", "v51", "v52"]).exists()
