"""Hosts by REST on real hosts: added by a password, their keys, jump hosts and sockets."""

import json
from typing import Any

import pytest

from hosts.actions.hosts import examine_host
from hosts.models import Host, Login
from tests.cast import Cast
from tests.dashboard.api_cast import V1, Caller, make_caller
from tests.lab.wizard import own_key, vault_keys

__all__ = ["vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]


@pytest.fixture
def alice(cast: Cast) -> Caller:
    """An administrator's token for everything."""
    return make_caller(cast.alice)


def send(caller: Caller, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """The answer's JSON."""
    answer = caller.client.generic(
        method,
        f"{V1}{path}",
        json.dumps(body or {}),
        content_type="application/json",
        **caller.headers,
    )
    assert answer.status_code == status, answer.content.decode()
    return answer.json() if answer.content else None


def new_host(host: Any, **more: Any) -> dict[str, Any]:
    """What POST /hosts takes for a host of the lab."""
    where = {"address": host.address, "port": host.port, "name": host.name}
    return {**where, "fingerprint": host.host_key_fingerprint, **more}


def test_an_account_by_its_password_and_its_keys(lab: Any, alice: Caller, entries: Any) -> None:
    host = lab.rootless
    account = host.login("seal")
    by_password = new_host(host, user="seal", password=account.password)
    # no password goes to a machine that shows another key
    strange = by_password | {"fingerprint": "SHA256:" + "A" * 43}
    assert "Haulout has not signed in" in send(alice, "POST", "/hosts", strange, 422)["detail"]
    assert not entries("host.install_key")
    both = send(alice, "POST", "/hosts", by_password | {"private_key": "x"}, 422)
    assert both["errors"][0]["field"] == "private_key"
    made = send(alice, "POST", "/hosts", by_password, 201)
    assert [(one["user"], one["rootless"]) for one in made["endpoints"]] == [("seal", True)]
    [login] = send(alice, "GET", f"/hosts/{made['id']}/logins")["items"]
    assert login["user"] == "seal"
    assert login["public_key"].split()[1] in host.run("cat", "/home/seal/.ssh/authorized_keys")
    assert [(one.kind, one.result) for one in entries("host.install_key")] == [
        ("intent", ""),
        ("outcome", "ok"),
    ]

    # a key that the host does not let in leaves what is there
    _sealed, stranger = examine_host.seal_new_key()
    before = bytes(Login.objects.get().sealed_key)
    wrong = {"private_key": own_key(host, "root")}
    send(alice, "PUT", f"/logins/{login['id']}/key", wrong, 422)
    assert bytes(Login.objects.get().sealed_key) == before
    own = {"private_key": own_key(host, "seal")}
    changed = send(alice, "PUT", f"/logins/{login['id']}/key", own)
    assert changed["public_key"] not in ("", login["public_key"], stranger)
    assert bytes(Login.objects.get().sealed_key) != before

    shown = send(alice, "POST", "/scan", {"address": host.address, "port": host.port})
    key = {"fingerprint": shown["fingerprint"]}
    Host.objects.update(fingerprint="SHA256:old", host_key="ssh-ed25519 AAAAold")
    other = {"fingerprint": "SHA256:" + "A" * 43}
    where = f"/hosts/{made['id']}/host-key"
    refused = send(alice, "PUT", where, other, 422)
    assert shown["fingerprint"] in refused["errors"][0]["message"]
    send(alice, "PUT", where, key)
    assert Host.objects.get().fingerprint == host.host_key_fingerprint


def test_jump_hosts_sockets_and_rotation(lab: Any, alice: Caller) -> None:
    first, second = lab.hosts[:2]
    way = send(alice, "POST", "/hosts", new_host(first, private_key=own_key(first)), 201)
    behind = send(alice, "POST", "/hosts", new_host(second, private_key=own_key(second)), 201)
    [jump] = send(alice, "GET", f"/hosts/{way['id']}/logins")["items"]
    [login] = send(alice, "GET", f"/hosts/{behind['id']}/logins")["items"]
    where = f"/logins/{login['id']}/jump"
    assert send(alice, "PUT", where, {"via": jump["id"]})["via"] == jump["id"]
    loop = send(alice, "PUT", f"/logins/{jump['id']}/jump", {"via": login["id"]}, 422)
    assert loop["errors"][0]["field"] == "via"
    assert send(alice, "PUT", where, {"via": None})["via"] is None

    refused = send(
        alice, "POST", f"/logins/{login['id']}/sockets", {"socket": "/run/none.sock"}, 422
    )
    assert refused["errors"][0]["field"] == "socket"
    [endpoint] = behind["endpoints"]
    last = send(alice, "DELETE", f"/endpoints/{endpoint['id']}", status=422)
    assert "last socket" in last["detail"]

    batch = send(alice, "POST", "/bulk/hosts/rotate", {"hosts": [way["id"], behind["id"]]}, 202)
    assert [job["verb"] for job in batch["jobs"]] == ["host.rotate_key"] * 2
    assert "PRIVATE KEY" not in json.dumps(batch)
