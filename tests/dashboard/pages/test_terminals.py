"""Pages of terminals: who sees which, and typed text never becomes markup."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from hosts.models import Host, OpenTerminal
from tests import make
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def terminal(cast: Cast) -> Any:
    endpoint = make.endpoint("web1")
    make.container(endpoint, "shop", podman_id="c" * 64)
    return OpenTerminal.objects.create(
        key="k" * 32,
        kind="exec",
        endpoint=endpoint,
        podman_id="c" * 64,
        name="shop",
        owner=cast.bob,
        owner_name="Bob",
        command="<script>alert(1)</script>",
        intent=1,
        mark="m",
        watchers=["<b>Eve</b>"],
    )


def test_operators_see_all_open_ones_and_viewers_none(
    browser_of: Any, cast: Cast, terminal: Any
) -> None:
    page = browser_of(cast.alice).get("/terminals/").content.decode()
    assert f"/terminals/{terminal.key}/" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;Eve" in page
    viewer = browser_of(cast.charlie)
    assert viewer.get("/terminals/").status_code == 403
    assert viewer.get(f"/terminals/{terminal.key}/").status_code == 404
    place = f"/containers/{terminal.endpoint_id}/{terminal.podman_id}/"
    assert viewer.get(f"{place}terminal/").status_code == 403
    assert f"{place}terminal/" not in viewer.get(place).content.decode()


def test_ones_own_are_joined_again_and_others_offered(
    browser_of: Any, cast: Cast, terminal: Any
) -> None:
    place = f"/containers/{terminal.endpoint_id}/{terminal.podman_id}/terminal/"
    mine = browser_of(cast.bob).get(place).content.decode()
    assert f'data-keys="{terminal.key}"' in mine
    others = browser_of(cast.alice).get(place).content.decode()
    assert 'data-keys=""' in others
    assert "Bob has a terminal open here" in others
    terminal.lost_at = timezone.now()
    terminal.save()
    assert 'data-keys=""' in browser_of(cast.bob).get(place).content.decode()


def test_a_terminal_on_a_disabled_host_is_not_there(
    browser_of: Any, cast: Cast, terminal: Any
) -> None:
    Host.objects.update(enabled=False)
    browser = browser_of(cast.alice)
    assert terminal.key not in browser.get("/terminals/").content.decode()
    assert browser.get(f"/terminals/{terminal.key}/").status_code == 404


def test_attaching_is_a_right_of_its_own(browser_of: Any, cast: Cast, terminal: Any) -> None:
    verbs = sorted(cast.bob.role.verb_names() - {"container.attach"})
    cast.bob.role = Role.objects.create(name="shells", verbs=verbs)
    cast.bob.save()
    terminal.kind = "attach"
    terminal.save()
    browser = browser_of(cast.bob)
    assert browser.get(f"/terminals/{terminal.key}/").status_code == 404
    place = f"/containers/{terminal.endpoint_id}/{terminal.podman_id}/terminal/"
    assert "data-term-attach" not in browser.get(place).content.decode()
