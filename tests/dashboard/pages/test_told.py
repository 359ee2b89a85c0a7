"""137 and 143 after a stop that somebody wanted are no error; without one they are."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast

ID = "ab" * 32


@pytest.fixture
def ended(cast: Cast) -> Any:
    """`ended(code)`: a container that exited with it a minute ago."""
    from hosts.models import Container, Endpoint, Host, Login

    host = Host.objects.create(name="web1", address="192.0.2.1")
    login = Login.objects.create(host=host, user="root", state="up")
    endpoint = Endpoint.objects.create(host=host, login=login, socket="/s", state="up")
    now = timezone.now()

    def make(code: int) -> Any:
        return Container.objects.create(
            endpoint=endpoint,
            podman_id=ID,
            name="shop",
            digest="",
            seen_at=now,
            changed_at=now,
            created_at=now - timedelta(days=2),
            exited_at=now - timedelta(minutes=1),
            state="exited",
            exit_code=code,
            project="tide",
        )

    return make


def event(row: Any, action: str, *, before: timedelta = timedelta(0)) -> None:
    from hosts.models import HostEvent

    at = row.exited_at - before
    HostEvent.objects.create(
        endpoint=row.endpoint, at=at, kind="container", action=action, podman_id=row.podman_id
    )


def our_job(row: Any, verb: str, kind: str = "container", object_id: str = ID) -> None:
    from hosts.models import Job

    Job.objects.create(
        verb=verb,
        endpoint=row.endpoint,
        host_name="web1",
        endpoint_name="web1",
        object_kind=kind,
        object_id=object_id,
        object_name="shop",
        asked_by_name="Alice",
        intent=1,
    )


def is_an_error(browser: Any) -> bool:
    """What list, filter, group and overview say; they must agree."""
    failed = 'data-state="failed"'

    def page(path: str) -> str:
        return str(browser.get(path).content.decode())

    said = {
        "list": failed in page("/containers/"),
        "filter": ID in page("/containers/?q=state:failed"),
        "not": ID not in page("/containers/?q=-state:failed"),
        "group": failed in page("/containers/?group=project"),
        "overview": "exited with an error" in page("/"),
    }
    assert len(set(said.values())) == 1, said
    return said["list"]


@pytest.mark.parametrize("code", [137, 143])
def test_without_a_stop_it_is_an_error(ended: Any, cast: Cast, browser_of: Any, code: int) -> None:
    row = ended(code)
    event(row, "stop", before=timedelta(days=1))  # of its life before
    event(row, "died")
    assert is_an_error(browser_of(cast.alice))


@pytest.mark.parametrize("action", ["stop", "kill"])
@pytest.mark.parametrize("code", [137, 143])
def test_stopped_by_somebody_on_the_host(
    ended: Any, cast: Cast, browser_of: Any, code: int, action: str
) -> None:
    event(ended(code), action)
    assert not is_an_error(browser_of(cast.alice))


@pytest.mark.parametrize("verb", ["container.stop", "container.kill", "container.restart"])
def test_stopped_by_our_job(ended: Any, cast: Cast, browser_of: Any, verb: str) -> None:
    our_job(ended(137), verb)
    assert not is_an_error(browser_of(cast.alice))


def test_stopped_with_its_pod(ended: Any, cast: Cast, browser_of: Any) -> None:
    row = ended(137)
    row.pod_id = "cd" * 32
    row.save()
    our_job(row, "pod.stop", "pod", row.pod_id)
    assert not is_an_error(browser_of(cast.alice))


def test_an_error_of_its_own_stays_one(ended: Any, cast: Cast, browser_of: Any) -> None:
    row = ended(1)
    event(row, "stop")
    our_job(row, "container.stop")
    assert is_an_error(browser_of(cast.alice))
