"""The wizard and the settings with jump hosts, as a browser uses them."""

from typing import Any

import pytest

from hosts.models import Host, Login
from tests import make
from tests.cast import Cast
from tests.lab.wizard import draft, ended, examine, own_key, to_the_key, vault_keys

__all__ = ["vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]


@pytest.fixture
def browser(cast: Cast, browser_of: Any) -> Any:
    return browser_of(cast.alice)


@pytest.fixture
def bastion(lab: Any, browser: Any, faults: None) -> Login:
    """A host of the lab as a jump host: its doctor finds no Podman, and it is taken all the same."""
    host = lab.hosts[1]
    url = f"ssh://root@{host.address}/run/elsewhere.sock"
    to_the_key(browser, host, address=url)
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host)})
    lines = examine(browser)
    assert ended(lines)["login"] == "passed"
    assert "Add as a jump host" in lines[-1]["end"]
    answer = browser.send("/hosts/add/register/", {"name": "bastion", "jump_only": "1"})
    assert answer.status_code == 302
    return Login.objects.get(host__name="bastion")


def test_a_host_is_added_through_a_jump_host(lab: Any, browser: Any, bastion: Login) -> None:
    host = lab.hosts[0]
    page = browser.get("/hosts/add/").content.decode()
    assert "root@bastion" in page
    given = {"address": host.address, "port": str(host.port), "user": "root", "via": bastion.pk}
    assert browser.send("/hosts/add/", given).status_code == 302
    assert draft(browser)["via"] == bastion.pk
    browser.send("/hosts/add/fingerprint/", {"fingerprint": host.host_key_fingerprint})
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host)})
    lines = examine(browser)
    assert (ended(lines)["jump-1"], ended(lines)["api"]) == ("passed", "passed")
    browser.send("/hosts/add/register/", {"name": "web1", "socket": host.socket})
    login = Login.objects.get(host__name="web1")
    assert login.via == bastion
    page = browser.get(f"/hosts/{login.host_id}/").content.decode()
    assert "root@bastion" in page
    # and back: straight again, from its settings
    assert "root@bastion" in browser.get(f"/hosts/{login.host_id}/edit/").content.decode()
    browser.send(f"/hosts/logins/{login.pk}/jump/", {"via": ""})
    login.refresh_from_db()
    assert login.via is None


def test_a_jump_host_cannot_be_taken_away_from_those_behind(
    lab: Any, browser: Any, bastion: Login
) -> None:
    make.endpoint("web1", login={"via": bastion})
    browser.send(f"/hosts/{bastion.host_id}/remove/")
    assert Host.objects.filter(pk=bastion.host_id).exists()
    # the host behind is no way for the jump itself
    page = browser.get(f"/hosts/{bastion.host_id}/edit/").content.decode()
    assert "the jump host of root@web1" in page
    assert "root@web1</option>" not in page
