"""137 and 143 after a stop that somebody wanted are no error; without one they are."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from audit import write
from audit.shapes import Target
from dashboard.live.stamps import changed_topics, stamps
from hosts.models import HostEvent, Job
from tests import make
from tests.cast import Cast

pytestmark = pytest.mark.each_database("searches, sorts and counts in SQL")

ID = "ab" * 32


@pytest.fixture
def ended(cast: Cast) -> Any:
    """`ended(code)`: a container that exited with it a minute ago."""
    endpoint = make.endpoint("web1")
    now = timezone.now()

    def container(code: int) -> Any:
        return make.container(
            endpoint,
            "shop",
            podman_id=ID,
            created_at=now - timedelta(days=2),
            exited_at=now - timedelta(minutes=1),
            state="exited",
            exit_code=code,
            project="tide",
        )

    return container


def event(row: Any, action: str, *, before: timedelta = timedelta(0)) -> None:
    at = row.exited_at - before
    HostEvent.objects.create(
        endpoint=row.endpoint, at=at, kind="container", action=action, podman_id=row.podman_id
    )


def our_job(row: Any, verb: str, kind: str = "container", object_id: str = ID) -> None:
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


@pytest.mark.parametrize("code", [1, 137, 143])
def test_stopped_as_podman_says(ended: Any, cast: Cast, browser_of: Any, code: int) -> None:
    """Podman 5 sends no event of a stop; inspect knows whose doing an end was."""
    row = ended(code)
    row.stopped_at = row.exited_at
    row.save()
    assert not is_an_error(browser_of(cast.alice))
    # of its end before
    row.stopped_at -= timedelta(hours=1)
    row.save()
    assert is_an_error(browser_of(cast.alice))


@pytest.mark.parametrize(
    ("code", "words"),
    [(137, "killed: out of memory"), (1, "a process in it was killed: out of memory")],
)
def test_killed_for_want_of_memory(
    ended: Any, cast: Cast, browser_of: Any, code: int, words: str
) -> None:
    row = ended(code)
    browser = browser_of(cast.alice)
    summary = f"/containers/{row.endpoint_id}/{row.podman_id}/"
    for same, said in ((True, True), (False, False)):
        row.oom_at = row.exited_at if same else row.exited_at - timedelta(hours=1)
        row.changed_at += timedelta(seconds=1)
        row.save()
        assert (f"code {code}, {words}" in browser.get("/").content.decode()) is said
        assert (f"code {code}, {words}" in browser.get(summary).content.decode()) is said
        assert (f"{code} OOM" in browser.get("/containers/").content.decode()) is said


def test_a_crash_loop_for_want_of_memory(ended: Any, cast: Cast, browser_of: Any) -> None:
    row = ended(0)
    row.state, row.exit_code, row.exited_at = "running", None, None
    row.died_at, row.died_code, row.crashes = timezone.now(), 137, 4
    # its event comes a moment after what inspect dates it
    row.oom_at = row.died_at - timedelta(seconds=1)
    row.save()
    browser = browser_of(cast.alice)
    assert "×4, last exit 137 OOM" in browser.get("/containers/").content.decode()
    assert "killed: out of memory" in browser.get("/").content.decode()
    summary = browser.get(f"/containers/{row.endpoint_id}/{row.podman_id}/").content.decode()
    assert "killed: out of memory" in summary
    # the crashes after it were others
    row.oom_at -= timedelta(minutes=1)
    row.changed_at += timedelta(seconds=1)
    row.save()
    listed = browser.get("/containers/").content.decode()
    assert "last exit 137" in listed
    assert "OOM" not in listed


def test_stopped_with_its_pod_on_the_host(ended: Any, cast: Cast, browser_of: Any) -> None:
    row = ended(137)
    row.pod_id = "cd" * 32
    row.save()
    HostEvent.objects.create(
        endpoint=row.endpoint, at=row.exited_at, kind="pod", action="stop", podman_id=row.pod_id
    )
    assert not is_an_error(browser_of(cast.alice))


def test_ended_with_its_host(ended: Any, cast: Cast, browser_of: Any) -> None:
    row = ended(143)
    boot = {"endpoint": row.endpoint, "kind": "system", "action": "refresh"}
    HostEvent.objects.create(at=row.exited_at - timedelta(days=1), **boot)
    assert is_an_error(browser_of(cast.alice))
    HostEvent.objects.create(at=row.exited_at + timedelta(hours=60), **boot)
    assert not is_an_error(browser_of(cast.alice))
    # the host went on without it, so that it ended by itself
    other = {"endpoint": row.endpoint, "kind": "container", "action": "start", "podman_id": "x"}
    HostEvent.objects.create(at=row.exited_at + timedelta(hours=1), **other)
    assert is_an_error(browser_of(cast.alice))


def in_a_loop(row: Any, **more: Any) -> None:
    now = timezone.now()
    values = {
        "state": "running",
        "exit_code": None,
        "started_at": now,
        "died_at": now - timedelta(seconds=5),
        "died_code": 1,
        "crashes": 40,
        "restarts": 400,
    }
    type(row).objects.filter(pk=row.pk).update(**values | more)


def test_a_crash_loop_is_no_running_container(ended: Any, cast: Cast, browser_of: Any) -> None:
    row = ended(1)
    in_a_loop(row)
    browser = browser_of(cast.alice)

    def pages() -> dict[str, str]:
        addresses = {
            "list": "/containers/",
            "filter": "/containers/?q=state:restarting",
            "group": "/containers/?group=project",
            "head": f"/containers/{row.endpoint_id}/{ID}/",
        }
        return {name: browser.get(path).content.decode() for name, path in addresses.items()}

    for name, page in pages().items():
        assert 'data-state="restarting"' in page, name
        assert 'data-state="running"' not in page.partition("<main")[2], name
        if name != "group":
            assert "×400, last exit 1" in page, name
    assert "(40 crashes in a row)" in pages()["head"]
    overview = browser.get("/").content.decode()
    assert overview.count("shop on web1 keeps restarting") == 1
    assert "exited with an error" not in overview
    # Podman 4 counts none
    in_a_loop(row, restarts=0)
    assert "×40, last exit 1" in pages()["list"]
    # between an end and its policy's start it is as it was
    now = timezone.now()
    between = {"state": "exited", "exit_code": 3, "died_code": 3, "changed_at": now}
    in_a_loop(row, **between, exited_at=now)
    for name, page in pages().items():
        assert 'data-state="restarting"' in page, name
        assert 'data-state="failed"' not in page, name
        if name != "group":
            assert "×400, last exit 3" in page, name
    overview = browser.get("/").content.decode()
    assert "shop on web1 keeps restarting: ×400, last exit 3" in overview
    assert "exited with an error" not in overview
    assert ID not in browser.get("/containers/?q=state:failed").content.decode()
    for more in (
        {"crashes": 2, "exited_at": now - timedelta(hours=1)},
        # its policy has given up; somebody stopped it; it is done
        {**between, "exited_at": now - timedelta(seconds=61)},
        {**between, "exited_at": now, "stopped_at": now},
        {**between, "exited_at": now, "exit_code": 0},
    ):
        in_a_loop(row, **{"stopped_at": None, "changed_at": timezone.now()} | more)
        assert 'data-state="restarting"' not in pages()["list"]
        assert ID not in pages()["filter"]
        assert "keeps restarting" not in browser.get("/").content.decode()


def test_a_crash_loop_that_its_policy_gave_up_is_an_error(
    ended: Any, cast: Cast, browser_of: Any
) -> None:
    row = ended(3)
    in_a_loop(row, state="exited", exit_code=3, exited_at=timezone.now())
    before = stamps()
    in_a_loop(row, state="exited", exit_code=3, exited_at=timezone.now() - timedelta(seconds=61))
    assert is_an_error(browser_of(cast.alice))
    # an open page hears of it, though nothing but time has passed
    assert changed_topics(before, stamps()) == {"failures"}


def test_ends_stand_in_its_history(ended: Any, cast: Cast, browser_of: Any) -> None:
    row = ended(1)
    for code, count in ((1, 12), (0, 1)):
        HostEvent.objects.create(
            endpoint=row.endpoint,
            at=row.exited_at,
            kind="container",
            action="died",
            podman_id=ID,
            exit_code=code,
            count=count,
        )
    path = f"/containers/{row.endpoint_id}/{ID}/history/"
    for user in (cast.alice, cast.charlie):
        page = browser_of(user).get(path).content.decode()
        assert "It ended with code 1." in page
        assert "×12" in page
        assert "It ended without an error." in page


def test_the_history_has_an_end_above_what_was_done_before(
    ended: Any, cast: Cast, browser_of: Any
) -> None:
    """The entry of what was seen on a host is written when its container may have ended already."""
    row = ended(137)
    event(row, "create", before=timedelta(milliseconds=400))
    event(row, "start", before=timedelta(milliseconds=200))
    event(row, "died")
    HostEvent.objects.filter(action="died").update(exit_code=137)
    target = Target(kind="container", id=ID, name="shop", endpoint_id=row.endpoint_id)
    with transaction.atomic():
        for verb in ("container.create", "container.start", "container.stop"):
            write.observed(verb, target, how="event")
    page = browser_of(cast.alice).get(f"/containers/{row.endpoint_id}/{ID}/history/")
    past = page.content.decode().partition('<ol class="past')[2].partition("</ol>")[0]
    said = re.findall(r"ended with code 137|stopped|started|created", past)
    assert said == ["ended with code 137", "stopped", "started", "created"]
    assert past.count(f"{row.exited_at:%Y-%m-%d %H:%M:%S} UTC</time>") >= 2
