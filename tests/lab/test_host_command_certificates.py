"""Certificates and authorities from the console and in a host's settings, on a real host."""

import json
from pathlib import Path
from typing import Any

import pytest

from hosts.link import keys
from hosts.models import Host, Login
from tests.cast import Cast
from tests.lab.test_host_command import add, refused, run
from tests.lab.test_link_certificates import Sign, host, settle, sign
from tests.lab.wizard import vault_keys

__all__ = ["host", "sign", "vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]


def test_a_login_with_a_certificate(
    host: Any, sign: Sign, tmp_path: Path, cast: Cast, browser_of: Any
) -> None:
    key = keys.generate()
    file, paper, authority = tmp_path / "k", tmp_path / "k-cert.pub", tmp_path / "known"
    file.write_bytes(keys.export_private(key))
    settle(host, "user_ca.pub", (tmp_path / "ca.pub").read_text(), "TrustedUserCAKeys")
    paper.write_text(sign(keys.public_line(key), "-n", "seal"))
    assert "not for root" in refused(*add(host, "--certificate-file", paper, key=file))
    assert "authorized_keys" in refused(*add(host, key=file))

    paper.write_text(sign(keys.public_line(key), "-n", "root", "-V", "-5m:+10d"))
    authority.write_text("@cert-authority * " + (tmp_path / "ca.pub").read_text())
    certified = sign(host.host_key_line, "-h", "-n", host.address)
    settle(host, "host_ed25519-cert.pub", certified, "HostCertificate")
    words = ("--certificate-file", paper, "--host-ca-file", authority, "--name", "web1")
    run(*add(host, *words, key=file))
    [told] = json.loads(run("list", "--json"))
    assert told["logins"][0]["certificate_until"]
    login = Login.objects.get()
    assert login.certificate_ends_soon
    report = json.loads(run("doctor", "web1", "--json"))
    assert report["well"] is True
    steps = {step["step"]: step for step in report["logins"][0]["steps"]}
    assert "expires at" in steps["login"]["cause"]

    browser = browser_of(cast.alice)
    assert "certificate expires" in browser.get(f"/hosts/{login.host_id}/").content.decode()
    settings = f"/hosts/{login.host_id}/edit/"
    assert login.certificate in browser.get(settings).content.decode()
    browser.send(f"/hosts/{login.host_id}/authority/", {"host_ca": "hello", "next": settings})
    assert "not a public key" in browser.get(settings).content.decode()
    assert Host.objects.get().host_ca.startswith("@cert-authority")
    browser.send(f"/hosts/{login.host_id}/authority/", {"host_ca": ""})
    browser.send(f"/hosts/logins/{login.pk}/certificate/", {"certificate": ""})
    login.refresh_from_db()
    assert (login.certificate, login.certificate_until, login.host.host_ca) == ("", None, "")
