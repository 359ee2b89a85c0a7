"""The wizard with certificates: one for the login's key, and an authority for the host's."""

from pathlib import Path
from typing import Any

import pytest

from hosts.link import keys
from hosts.models import Host, Login
from tests.cast import Cast
from tests.lab.test_link_certificates import Sign, host, settle, sign
from tests.lab.wizard import draft, ended, examine, to_the_key, vault_keys

__all__ = ["host", "sign", "vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]
KEY = "/hosts/add/key/"


def test_a_key_made_here_is_let_in_by_its_certificate(
    host: Any, sign: Sign, tmp_path: Path, cast: Cast, browser_of: Any, entries: Any
) -> None:
    settle(host, "user_ca.pub", (tmp_path / "ca.pub").read_text(), "TrustedUserCAKeys")
    certified = sign(host.host_key_line, "-h", "-n", host.address)
    settle(host, "host_ed25519-cert.pub", certified, "HostCertificate")
    browser = browser_of(cast.alice)
    to_the_key(browser, host)
    # the authority is given beside the fingerprint; what is none is said there
    asked = {"fingerprint": host.host_key_fingerprint}
    answer = browser.send("/hosts/add/fingerprint/", asked | {"host_ca": "hello"})
    assert "not a public key" in answer.content.decode()
    authority = "@cert-authority * " + (tmp_path / "ca.pub").read_text()
    answer = browser.send("/hosts/add/fingerprint/", asked | {"host_ca": authority})
    assert answer["Location"] == KEY

    page = browser.get(KEY).content.decode()
    public = draft(browser)["public_key"]
    assert public in page
    assert "ssh-keygen -s CA_KEY -I haulout -n root" in page
    other = sign(public, "-n", "seal")
    assert (
        "not for root"
        in browser.send(f"{KEY}certificate/", {"certificate": other}).content.decode()
    )
    given = {"certificate": sign(public, "-n", "root", "-V", "-5m:+10d")}
    assert browser.send(f"{KEY}certificate/", given)["Location"] == "/hosts/add/check/"
    lines = examine(browser)
    assert set(ended(lines).values()) == {"passed"}, lines
    browser.send("/hosts/add/register/", {"name": "web1", "socket": "/run/podman/podman.sock"})
    login = Login.objects.get()
    assert login.certificate_ends_soon
    assert login.host.host_ca == authority.strip()
    [entry] = entries("host.add")
    assert entry.params["certificate"] == "haulout"


def test_a_key_of_ones_own_comes_with_its_certificate(
    host: Any, sign: Sign, tmp_path: Path, cast: Cast, browser_of: Any
) -> None:
    settle(host, "user_ca.pub", (tmp_path / "ca.pub").read_text(), "TrustedUserCAKeys")
    browser, key = browser_of(cast.alice), keys.generate()
    public = keys.public_line(key)
    to_the_key(browser, host)
    own = {"private_key": keys.export_private(key).decode()}
    stranger = sign(keys.public_line(keys.generate()), "-n", "root")
    page = browser.send(f"{KEY}own/", own | {"certificate": stranger}).content.decode()
    assert "for another key" in page
    assert "BEGIN OPENSSH PRIVATE KEY" not in page.replace(
        '-----BEGIN OPENSSH PRIVATE KEY-----"', ""
    )
    assert draft(browser)["certificate"] == ""
    # alone it is not let in; with its certificate it is
    browser.send(f"{KEY}own/", own)
    assert ended(examine(browser))["login"] == "failed"
    browser.send(f"{KEY}own/", own | {"certificate": sign(public, "-n", "root")})
    lines = examine(browser)
    assert ended(lines)["login"] == "passed", lines
    browser.send("/hosts/add/register/", {"name": "web1", "socket": "/run/podman/podman.sock"})
    row = Host.objects.get()
    assert row.logins.get().certificate
    # another key for the same login forgets the certificate of the one before
    browser.send(f"/hosts/logins/{row.logins.get().pk}/key/")
    browser.send(f"{KEY}own/", {"private_key": host.login("root").key_file.read_text()})
    examine(browser)
    browser.send("/hosts/add/register/", {"socket": "/run/podman/podman.sock"})
    assert row.logins.get().certificate == ""
