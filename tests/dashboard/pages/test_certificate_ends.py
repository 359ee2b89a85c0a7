"""A login's certificate that ends: one log entry, and the item on the overview."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from hosts.actions.hosts.certificate_expiry import ENDED, ENDS, log_certificate_ends
from hosts.jobs import workers
from hosts.jobs.queues import QUEUES
from tests import make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.each_database("searches, sorts and counts in SQL")]


def certified(host: Any, until: datetime, **fields: Any) -> Any:
    login = host.logins.get()
    login.certificate, login.certificate_until = "a certificate", until
    for name, value in fields.items():
        setattr(login, name, value)
    login.save()
    return login


def test_each_end_is_written_down_once(cast: Cast, entries: Any) -> None:
    host, now = make.registered(), timezone.now()
    login = certified(host, now + timedelta(days=20))
    assert log_certificate_ends() == 0
    certified(host, now + timedelta(days=3))
    assert (log_certificate_ends(), log_certificate_ends()) == (1, 0)
    certified(host, now - timedelta(minutes=1))
    assert (log_certificate_ends(), log_certificate_ends()) == (1, 0)
    # another certificate is another end
    certified(host, now + timedelta(days=5))
    assert (log_certificate_ends(), log_certificate_ends()) == (1, 0)
    assert len(entries(ENDS)) == 2
    [ended] = entries(ENDED)
    assert (ended.kind, ended.target_name, ended.who_name) == ("event", "web1", "Haulout")
    assert ended.params["login"] == login.user


def test_a_disabled_host_is_left_alone(cast: Cast, entries: Any) -> None:
    certified(make.registered(enabled=False), timezone.now())
    assert log_certificate_ends() == 0


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (3, "The certificate of root@web1 expires soon"),
        (-3, "The certificate of root@web1 has expired"),
    ],
)
def test_the_overview_names_it_and_leads_to_where_it_is_replaced(
    cast: Cast, browser_of: Any, days: int, words: str
) -> None:
    host = make.registered()
    certified(host, timezone.now() + timedelta(days=days, minutes=1), state="up")
    page = browser_of(cast.alice).get("/").content.decode()
    assert words in page
    assert f'href="/hosts/{host.pk}/edit/">Renew it' in page
    theirs = browser_of(cast.charlie).get("/").content.decode()
    assert "Renew it" not in theirs


def test_a_host_that_stopped_for_it_is_shown_once_and_offers_no_other_try(
    cast: Cast, browser_of: Any
) -> None:
    workers.report("here:1", QUEUES)
    ended = timezone.now() - timedelta(days=1)
    certified(make.registered(), ended, state="stopped", reason_kind="certificate-expired")
    page = browser_of(cast.alice).get("/").content.decode()
    assert page.count('class="attention-item') == 1
    assert "web1 needs action" in page
    assert "Renew it" in page
    assert "Try now" not in page


def test_the_list_finds_them(cast: Cast, browser_of: Any) -> None:
    certified(make.registered("near"), timezone.now() + timedelta(days=3))
    certified(make.registered("over", fingerprint="SHA256:b"), timezone.now() - timedelta(days=3))
    make.registered("plain", fingerprint="SHA256:c")
    browser = browser_of(cast.alice)

    def found(value: str) -> list[str]:
        page = browser.get(f"/hosts/?q=certificate:{value}").content.decode()
        return [name for name in ("near", "over", "plain") if f'data-host="{name}"' in page]

    assert found("ends") == ["near", "over"]
    assert found("ended") == ["over"]
    assert "within two weeks" in browser.get("/hosts/?q=certificate:x").content.decode()
