"""Certificates made by ssh-keygen, judged by a real sshd: of users, and of hosts."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hosts.link import keys
from hosts.link.addresses import AddressPolicy
from hosts.link.certificates import read_user_certificate
from hosts.link.doctor import Doctor, examine
from hosts.link.errors import LinkError
from hosts.link.ssh import connect
from hosts.link.target import SshTarget
from tests.lab.hosts import Host, Lab

POLICY = AddressPolicy()
Sign = Callable[..., str]


def keygen(*words: object) -> None:
    subprocess.run(["ssh-keygen", "-q", *map(str, words)], check=True, capture_output=True)


@pytest.fixture
def sign(tmp_path: Path) -> Sign:
    """`sign(public, *options)`: its certificate by the authority `ca`."""
    keygen("-t", "ed25519", "-N", "", "-f", tmp_path / "ca")

    def make(public: str, *options: str) -> str:
        file = tmp_path / "key.pub"
        file.write_text(public + "\n")
        keygen("-s", tmp_path / "ca", "-I", "haulout", *options, file)
        return (tmp_path / "key-cert.pub").read_text()

    return make


@pytest.fixture
def host(lab: Lab, faults: None) -> Iterator[Host]:
    """A host whose sshd_config is put back at the end."""
    it = lab.hosts[0]
    file = it.folder / "etc/ssh/sshd_config"
    before = file.read_text()
    yield it
    file.write_text(before)
    it.kill_sshd()


def settle(host: Host, name: str, content: str, line: str) -> None:
    """A file beside sshd's configuration, and the line that names it."""
    (host.folder / "etc/ssh" / name).write_text(content)
    config = host.folder / "etc/ssh/sshd_config"
    config.write_text(f"{line} /etc/ssh/{name}\n" + config.read_text())
    host.kill_sshd()
    host.start_sshd()


async def refusal(target: SshTarget) -> LinkError:
    with pytest.raises(LinkError) as caught:
        await connect(target, POLICY)
    return caught.value


async def test_a_certificate_lets_in_a_key_that_the_host_does_not_know(
    host: Host, sign: Sign, tmp_path: Path
) -> None:
    key = keys.generate()
    public = keys.public_line(key)
    line = sign(public, "-n", "root", "-V", "-5m:+7d")
    settle(host, "user_ca.pub", (tmp_path / "ca.pub").read_text(), "TrustedUserCAKeys")
    bare = SshTarget(host.address, host.port, "root", key, host.host_key_line)
    assert (await refusal(bare)).kind == "key-refused"
    found = read_user_certificate(line, public_key=public, user="root")
    assert found.expires_soon
    target = replace(bare, certificate=found.line)
    steps, result = await examine(Doctor(target, POLICY))
    [login] = [step for step in steps if step.step == "login"]
    # it works, and says that seven days are left
    assert (login.state, login.kind) == ("passed", "certificate-expired")
    assert result.socket_path == host.socket
    old = sign(public, "-n", "root", "-V", "-2d:-1d")
    expired = await refusal(replace(bare, certificate=" ".join(old.split())))
    assert expired.kind == "certificate-expired"
    assert "ssh-keygen -s" in expired.cure


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        (("-n", "seal", "-V", "-5m:+1d"), "certificate-other"),
        (("-n", "root", "-V", "-2d:-1d"), "certificate-expired"),
        (("-h", "-n", "root"), "certificate-other"),
    ],
)
def test_what_cannot_let_this_login_in_is_not_taken(
    sign: Sign, options: tuple[str, ...], kind: str
) -> None:
    public = keys.public_line(keys.generate())
    with pytest.raises(LinkError) as caught:
        read_user_certificate(sign(public, *options), public_key=public, user="root")
    assert caught.value.kind == kind
    other = keys.public_line(keys.generate())
    with pytest.raises(LinkError) as caught:
        read_user_certificate(sign(public, "-n", "root"), public_key=other, user="root")
    assert caught.value.kind == "certificate-other"
    with pytest.raises(LinkError) as caught:
        read_user_certificate(public, public_key=public, user="root")
    assert caught.value.kind == "certificate-garbage"


async def test_an_authority_vouches_for_a_hosts_key(host: Host, sign: Sign, tmp_path: Path) -> None:
    authority = "@cert-authority * " + (tmp_path / "ca.pub").read_text()
    # the pinned key is not the host's: the authority alone counts
    pinned = keys.canonical_line(keys.generate())
    key = host.key_file.read_bytes()
    target = SshTarget(host.address, host.port, "root", key, pinned, host_ca=authority)
    unsigned = await refusal(target)
    assert unsigned.kind == "host-key-changed"
    assert "signed by none" in unsigned.cause

    settle(
        host,
        "host_ed25519-cert.pub",
        sign(host.host_key_line, "-h", "-n", host.address, "-V", "-5m:+1d"),
        "HostCertificate",
    )
    await (await connect(target, POLICY)).close()
    revoked = replace(target, host_ca=f"{authority}\n@revoked * {host.host_key_line}\n")
    assert "revoked" in (await refusal(revoked)).cause
    stranger = replace(target, host_ca=keys.public_line(keys.generate()))
    assert "signed by none" in (await refusal(stranger)).cause
    for options, words in (
        (("-h", "-n", "elsewhere", "-V", "-5m:+1d"), "another name"),
        (("-h", "-n", host.address, "-V", "-2d:-1d"), "expired"),
    ):
        file = host.folder / "etc/ssh/host_ed25519-cert.pub"
        file.write_text(sign(host.host_key_line, *options))
        host.kill_sshd()
        host.start_sshd()
        assert words in (await refusal(target)).cause
