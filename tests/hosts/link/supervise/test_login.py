"""Logins over a real sshd: refused and changed keys stop, a narrow key still works (T6)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync

from audit.models import Entry
from hosts import control, vault
from hosts.link import keys
from hosts.models import Endpoint, Host, Login
from tests import make
from tests.hosts.link.sshd import SSHD, Sshd
from tests.hosts.link.supervise.own_podman import OwnPodman, container
from tests.lab.link_process import Link, reload, until

Join = Callable[..., Login]


@pytest.fixture
def sshd(must_have: Callable[[object, str], None], tmp_path: Path) -> Iterator[Sshd]:
    must_have(SSHD.exists(), "openssh-server is not installed")
    server = Sshd(tmp_path).start()
    yield server
    server.stop()


@pytest.fixture
def join(link: Link, sshd: Sshd, podman: OwnPodman) -> Join:
    """A login of root at the sshd, with one endpoint at `podman`."""

    def add(*, form: str = "plain", let_in: bool = True, host_key: str | None = None) -> Login:
        key = keys.generate()
        forms: dict[str, str] = {
            one.form: one.line for one in keys.authorized_forms(keys.public_line(key))
        }
        if let_in:
            sshd.authorize(forms[form])
        line = sshd.host_key_line if host_key is None else host_key
        host = make.host("door", address="127.0.0.1", port=sshd.port, host_key=line)
        sealed = vault.seal(keys.export_private(key), "ssh-key")
        there = make.endpoint(
            host, login={"sealed_key": sealed}, state="connecting", socket=str(podman.path)
        )
        reload()
        return there.login

    return add


def stands(login: Login) -> tuple[str, str]:
    login.refresh_from_db()
    return login.state, login.reason_kind


def endpoint_of(login: Login) -> Endpoint:
    return Endpoint.objects.get(login=login)


@pytest.mark.parametrize("form", ["plain", "forward"])
def test_a_login_comes_up(join: Join, podman: OwnPodman, form: str) -> None:
    podman.lists["containers"] = [container("a" * 64)]
    login = join(form=form)
    until("up", lambda: stands(login) == ("up", ""))
    until("endpoint up", lambda: endpoint_of(login).state == "up")
    assert endpoint_of(login).containers.count() == 1


def test_a_refused_key_stops_and_is_told(join: Join, sshd: Sshd) -> None:
    login = join(let_in=False)
    until("stopped", lambda: stands(login) == ("stopped", "key-refused"))
    assert login.next_try_at is None
    assert "authorized_keys" in login.cure
    assert endpoint_of(login).state == "stopped"
    assert Entry.objects.filter(kind="event", verb="host.key_refused").count() == 1
    assert sshd.log.read_text().count("Failed publickey") <= 1


def test_a_stopped_login_stays_so_over_a_restart(join: Join, sshd: Sshd, link: Link) -> None:
    login = join(let_in=False)
    until("stopped", lambda: stands(login) == ("stopped", "key-refused"))
    link.stop()
    tried = sshd.log.read_text().count("Connection from")
    again = Link().start()
    try:
        reload()
        assert stands(login) == ("stopped", "key-refused")
        assert sshd.log.read_text().count("Connection from") == tried
        async_to_sync(control.reconnect)(login.pk)
        until("tried", lambda: sshd.log.read_text().count("Connection from") > tried)
    finally:
        again.stop()


def test_an_unconfirmed_host_key_is_never_dialled(join: Join, sshd: Sshd) -> None:
    login = join(host_key="")
    until("stopped", lambda: stands(login) == ("stopped", "host-key-unconfirmed"))
    # the only one is the fixture's, which waited for the server
    assert sshd.log.read_text().count("Connection from") == 1


def test_a_closed_port_is_tried_again(join: Join, sshd: Sshd) -> None:
    login = join()
    until("up", lambda: stands(login)[0] == "up")
    sshd.stop()
    until("away", lambda: stands(login) == ("away", "port-closed"))
    assert login.next_try_at is not None
    sshd.start()
    until("up again", lambda: stands(login)[0] == "up")


def test_a_disabled_host_is_let_go(join: Join) -> None:
    login = join()
    until("up", lambda: stands(login)[0] == "up")
    host = Host.objects.get(pk=login.host_id)
    host.enabled = False
    host.save()
    reload()
    until("disabled", lambda: stands(login)[0] == "disabled")
    assert endpoint_of(login).state == "disabled"
