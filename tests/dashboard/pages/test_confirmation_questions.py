"""A change that cannot be undone easily asks once, and names what is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.models import OneTimeLink, Token
from audit import write
from audit.shapes import Target, Who
from hosts.models import FreezeWindow, Group, Guardrail, Job, OpenTerminal, OpenTransfer, RuleMet
from tests.cast import PASSWORD, Browser, Cast
from tests.dashboard.pages.run_cast import Hosts, hosts
from tests.hosts.guardrails.conftest import rail

__all__ = ["hosts", "rail"]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database("looks into JSON: labels, results and parameters"),
]
Browsers = Callable[..., Any]


def asked(browser: Any, path: str) -> str:
    answer = browser.get(path)
    text: str = answer.content.decode()
    assert answer.status_code == 200
    assert "<dialog" in text
    return text


def token_of(user: Any, name: str) -> Any:
    end = timezone.now() + timedelta(days=1)
    return Token.objects.create(
        user=user, name=name, prefix=f"haulout_{name}", digest=name, reach="all", expires_at=end
    )


def test_disabling_names_what_ends(cast: Cast, hosts: Hosts, browser_of: Browsers) -> None:
    alice, path = browser_of(cast.alice), f"/people/{cast.bob.pk}/disable/"
    assert "This account has nothing open or waiting now" in asked(alice, path)
    browser_of(cast.bob)
    browser_of(cast.bob)
    browser_of(cast.charlie)
    who = Who(name="Bob", user_id=cast.bob.pk, door="page")
    shell, upload, others = (
        write.intent(one, verb, Target(kind="container", name="shop"))
        for one, verb in (
            (who, "container.exec"),
            (who, "image.load"),
            (Who(name="Charlie", user_id=cast.charlie.pk, door="page"), "image.load"),
        )
    )
    for number in (shell, upload, others):
        OpenTransfer.objects.create(intent=number, seen_at=timezone.now())
    OpenTerminal.objects.create(
        key="k", kind="exec", endpoint=hosts.web1, owner=cast.bob, owner_name="Bob", intent=shell
    )
    for state in ("queued", "held", "running", "ok"):
        Job.objects.create(
            verb="container.start", endpoint=hosts.web1, intent=0, state=state, asked_by=cast.bob
        )
    for name in ("deploy", "nightly"):
        token_of(cast.bob, name)
    token_of(cast.charlie, "other")
    Token.objects.filter(name="nightly").update(revoked_at=timezone.now())
    text = asked(alice, path)
    for loss in (
        "2 sessions, and the lists and logs open in them",
        "1 terminal, and what runs in it",
        "1 upload or download",
        "1 token or key: deploy",
        "2 waiting jobs, before they begin",
        "but 1 running job continues to its end",
    ):
        assert f"<li>{loss}</li>" in text
    cast.bob.refresh_from_db()
    assert cast.bob.is_active


def test_the_question_says_at_once_that_it_cannot_be(cast: Cast, browser_of: Browsers) -> None:
    text = asked(browser_of(cast.alice), f"/people/{cast.alice.pk}/disable/")
    assert "Alice is the last active administrator" in text
    assert "btn-danger" not in text


def test_only_who_may_do_it_is_asked(
    cast: Cast, rail: Callable[..., Any], browser_of: Browsers
) -> None:
    freeze = FreezeWindow.objects.create(name="night")
    charlie = browser_of(cast.charlie)
    for path in (
        f"/people/{cast.bob.pk}/disable/",
        f"/people/{cast.bob.pk}/factor/",
        f"/people/{cast.bob.pk}/sessions/end/",
        f"/access/tokens/{token_of(cast.bob, 'deploy').pk}/revoke/",
        f"/guardrails/{rail('privileged').pk}/remove/",
        f"/guardrails/freezes/{freeze.pk}/remove/",
    ):
        assert charlie.get(path).status_code == 403, path
    assert charlie.get(f"/account/tokens/{token_of(cast.bob, 'b').pk}/revoke/").status_code == 404


def test_a_token_says_what_it_did(cast: Cast, browser_of: Browsers) -> None:
    token = token_of(cast.bob, "deploy")
    alice = browser_of(cast.alice)
    path = f"/access/tokens/{token.pk}/revoke/"
    text = asked(alice, path)
    assert "all rights of its owner · everywhere" in text
    assert "never used" in text
    token.used_at, token.used_from = timezone.now() - timedelta(hours=2), "192.0.2.7"
    token.save()
    assert "last used 2 h ago, from 192.0.2.7" in asked(alice, path)
    token.refresh_from_db()
    assert token.revoked_at is None


def test_sessions_and_factors(cast: Cast, browser_of: Browsers) -> None:
    alice = browser_of(cast.alice)
    browser_of(cast.bob)
    text = asked(alice, f"/people/{cast.bob.pk}/sessions/end/")
    assert "1 session, and the lists and logs open in it" in text
    for name in ("phone", "key"):
        data: dict[str, Any] = {"name": name, "credential": {}}
        Authenticator.objects.create(user=cast.bob, type="webauthn", data=data)
    assert "<li>2 passkeys</li>" in asked(alice, f"/people/{cast.bob.pk}/factor/")
    assert Authenticator.objects.filter(user=cast.bob).count() == 2
    # bob's session has not ended by the question
    again = Browser()
    assert again.sign_in("bob@example.org", PASSWORD).status_code == 302


def test_a_rule_says_how_often_it_was_met(
    cast: Cast, rail: Callable[..., Any], browser_of: Browsers
) -> None:
    row = rail("privileged")
    for severity in ("refuse", "refuse", "warn"):
        RuleMet.objects.create(rule=row, severity=severity)
    text = asked(browser_of(cast.alice), f"/guardrails/{row.pk}/remove/")
    assert "refused 2 times, warned once in 30 days" in text
    assert "every host" in text
    assert Guardrail.objects.get() == row


def test_a_window_says_until_when_it_would_last(cast: Cast, browser_of: Browsers) -> None:
    now = timezone.now()
    row = FreezeWindow.objects.create(
        name="night",
        zone="UTC",
        everywhere=False,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=1),
    )
    row.groups.set([Group.objects.create(name="prod")])
    alice, path = browser_of(cast.alice), f"/guardrails/freezes/{row.pk}/remove/"
    text = asked(alice, path)
    assert f"would last until {row.ends_at:%Y-%m-%d %H:%M} (UTC). Changes on prod" in text
    row.starts_at = now + timedelta(hours=1)
    row.save()
    assert "It would block changes on prod" in asked(alice, path)
    row.starts_at, row.ends_at = now - timedelta(hours=2), now - timedelta(hours=1)
    row.save()
    assert "It is over" in asked(alice, path)
    row.enabled = False
    row.save()
    assert "is disabled" in asked(alice, path)


def test_an_invitation(cast: Cast, browser_of: Browsers) -> None:
    alice = browser_of(cast.alice)
    alice.send("/people/invite/", {"email": "eve@example.org", "role": "viewer"})
    link = OneTimeLink.objects.get(email="eve@example.org")
    assert "stops working" in asked(alice, f"/people/invitations/{link.pk}/withdraw/")
    link.refresh_from_db()
    assert link.withdrawn_at is None
