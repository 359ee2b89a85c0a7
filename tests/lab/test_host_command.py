"""`manage.py host` on real hosts: added, examined, imported, removed, and every refusal in a line."""

import json
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hosts.models import Host
from tests.lab.wizard import vault_keys

__all__ = ["vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]


def run(*words: object) -> str:
    out = StringIO()
    call_command("host", *map(str, words), stdout=out, stderr=StringIO())
    return out.getvalue()


def refused(*words: object) -> str:
    """The one line with which it refuses; nothing is registered."""
    before = Host.objects.count()
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert Host.objects.count() == before
    line = str(caught.value)
    assert "\n" not in line
    return line


def add(host: Any, *more: object, user: str = "root", **given: object) -> tuple[object, ...]:
    url = given.get("url", f"ssh://{user}@{host.address}:{host.port}")
    key = given.get("key", host.login(user).key_file)
    fingerprint = given.get("fingerprint", host.host_key_fingerprint)
    return ("add", url, "--key-file", key, "--fingerprint", fingerprint, *more)


def test_add_list_doctor_remove(lab: Any, entries: Any) -> None:
    host = lab.rootless
    said = run(*add(host, "--name", "web1", "--group", "prod", "--group", "edge"))
    assert said == "web1 is registered, with /run/podman/podman.sock.\n"
    seal = host.login("seal")
    run(
        *add(
            host, "--name", "web1-seal", url=f"ssh://seal@{host.address}{seal.socket}", user="seal"
        )
    )
    [web1, rootless] = json.loads(run("list", "--json"))
    assert (web1["name"], web1["groups"]) == ("web1", ["edge", "prod"])
    [login] = rootless["logins"]
    assert login["user"] == "seal"
    assert [(one["socket"], one["rootless"]) for one in login["endpoints"]] == [(seal.socket, True)]

    told = json.loads(run("doctor", "web1", "--json"))
    assert told["well"] is True
    steps = {step["step"]: step["state"] for step in told["logins"][0]["steps"]}
    assert steps["login"] == steps["api"] == "passed"

    run("remove", "WEB1")
    assert [one["name"] for one in json.loads(run("list", "--json"))] == ["web1-seal"]
    for verb in ("host.add", "host.doctor", "host.remove"):
        assert entries(verb)[0].door == "console"


def test_an_account_joins_the_host_that_is_there(lab: Any) -> None:
    host = lab.rootless
    run(*add(host, "--name", "web1"))
    said = run(*add(host, user="seal"))
    assert said.startswith("web1 is registered, with /run/user/")
    [told] = json.loads(run("list", "--json"))
    assert [login["user"] for login in told["logins"]] == ["root", "seal"]


def test_a_doctor_that_finds_something_exits_with_an_error(lab: Any, faults: None) -> None:
    host = lab.hosts[0]
    run(*add(host, "--name", "web1"))
    host.kill_sshd()
    out = StringIO()
    with pytest.raises(CommandError, match="web1"):
        call_command("host", "doctor", "web1", "--json", stdout=out)
    [login] = json.loads(out.getvalue())["logins"]
    assert login["steps"][-1]["step"] == "tcp"
    assert "systemctl enable --now ssh" in login["steps"][-1]["cure"]


def test_another_fingerprint_than_the_given(lab: Any) -> None:
    line = refused(*add(lab.hosts[0], fingerprint=lab.hosts[1].host_key_fingerprint))
    assert lab.hosts[0].host_key_fingerprint in line
    assert "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" in line


def test_a_key_of_another_account(lab: Any) -> None:
    host = lab.rootless
    assert "authorized_keys" in refused(*add(host, key=host.login("seal").key_file))


def test_a_changed_host_key_is_a_hard_stop(lab: Any, faults: None) -> None:
    host = lab.hosts[0]
    before = host.host_key_fingerprint
    host.new_host_key()
    assert "Haulout has not signed in" in refused(*add(host, fingerprint=before))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("tcp://10.0.0.7:2375", "no authentication"),
        ("https://web1:9090", "no authentication"),
        ("unix:///run/podman/podman.sock", "This machine"),
        ("ssh://root:pw@web1", "password out of the address"),
        ("ssh://root@web1:99999", "1 to 65535|cannot be read"),
        ("ssh://root@no-such-host.invalid", "getent hosts no-such-host.invalid"),
        ("ssh://root@127.0.0.1:1", "systemctl enable --now ssh"),
        ("ssh://ro ot@web1", "not an account name"),
    ],
)
def test_addresses_that_cannot_be(url: str, words: str, lab: Any) -> None:
    with pytest.raises(CommandError, match=words):
        run(*add(lab.hosts[0], url=url))


def test_keys_that_cannot_be(lab: Any, tmp_path: Path) -> None:
    host = lab.hosts[0]
    locked = tmp_path / "locked"
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret words", "-f", str(locked)]
    subprocess.run(words, check=True)
    assert "protected by a passphrase" in refused(*add(host, key=locked))
    assert "public half" in refused(*add(host, key=f"{locked}.pub"))
    assert "cannot be read" in refused(*add(host, key=tmp_path / "none"))


def test_a_pem_key_with_a_passphrase(lab: Any, tmp_path: Path) -> None:
    host = lab.hosts[0]
    file, words = tmp_path / "key", tmp_path / "words"
    words.write_text("kiss the seals\n")
    make = ["ssh-keygen", "-q", "-t", "rsa", "-m", "PEM", "-N", "kiss the seals", "-f", str(file)]
    subprocess.run(make, check=True)
    public = Path(f"{file}.pub").read_text()
    host.run("sh", "-c", 'printf %s "$1" >> /root/.ssh/authorized_keys', "sh", public)
    run(*add(host, "--name", "web1", "--passphrase-file", words, key=file))
    told = json.loads(run("doctor", "web1", "--json"))
    assert told["well"] is True


def test_the_same_host_and_the_same_name_twice(lab: Any) -> None:
    first, second = lab.hosts
    run(*add(first, "--name", "web1"))
    assert "already registered" in refused(*add(first, "--name", "other"))
    assert "already registered" in refused(*add(first))
    assert "with this name" in refused(*add(second, "--name", "Web1"))


def test_a_socket_that_is_not_there(lab: Any) -> None:
    host = lab.hosts[0]
    line = refused(*add(host, url=f"ssh://root@{host.address}/run/elsewhere.sock"))
    assert "no socket /run/elsewhere.sock" in line


def csv_of(lab: Any, tmp_path: Path) -> Path:
    file = tmp_path / "hosts.csv"
    rows = [
        f"{host.address},{host.port},web{number},prod edge,{host.key_file}"
        for number, host in enumerate(lab.hosts, 1)
    ]
    file.write_text("\n".join(["address,port,name,groups,key_file", *rows]) + "\n")
    return file


def test_import_with_a_known_hosts_file(lab: Any, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text("".join(f"{one.address} {one.host_key_line}\n" for one in lab.hosts))
    run("import", csv_of(lab, tmp_path), "--known-hosts", known)
    told = json.loads(run("list", "--json"))
    assert [(one["name"], one["groups"]) for one in told] == [
        ("web1", ["edge", "prod"]),
        ("web2", ["edge", "prod"]),
    ]
    line = refused("import", csv_of(lab, tmp_path), "--known-hosts", known)
    assert line == "2 of 2 hosts were not registered."


def test_import_shows_one_table_and_asks_once(lab: Any, tmp_path: Path) -> None:
    file = csv_of(lab, tmp_path)
    assert "--yes" in refused("import", file)
    said = run("import", file, "--yes")
    for host in lab.hosts:
        assert host.host_key_fingerprint in said


def test_import_registers_what_it_can(lab: Any, tmp_path: Path) -> None:
    file = csv_of(lab, tmp_path)
    file.write_text(file.read_text() + f"no-such-host.invalid,22,web3,,{lab.hosts[0].key_file}\n")
    errors = StringIO()
    with pytest.raises(CommandError, match="1 of 3 hosts"):
        call_command("host", "import", str(file), "--yes", stdout=StringIO(), stderr=errors)
    assert errors.getvalue().startswith("web3: The name no-such-host.invalid does not resolve.")
    assert [one["name"] for one in json.loads(run("list", "--json"))] == ["web1", "web2"]


def test_import_names_the_line_that_is_wrong(lab: Any, tmp_path: Path) -> None:
    file = tmp_path / "hosts.csv"
    file.write_text("address,colour\nweb1,blue\n")
    assert "Unknown: colour" in refused("import", file)
    file.write_text("address\nweb1\ntcp://web2\n")
    line = refused("import", file, "--key-file", lab.hosts[0].key_file)
    assert line.startswith("Line 3: ")
