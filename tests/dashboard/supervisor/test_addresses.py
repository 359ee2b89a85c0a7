"""Who can reach it, and how: loopback plain, others by our own TLS, behind a proxy by its URL."""

import hashlib
import re
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from dashboard.env import local_addresses
from dashboard.supervisor import address
from tests.stack import Stack


@pytest.fixture
def lan_address(must_have: Any) -> str:
    """An address of this machine that is not loopback."""
    names = [name.strip("[]") for name in local_addresses()[1:]]
    found = [name for name in names if re.match(r"\d+\.", name) and not address.is_loopback(name)]
    must_have(found, "this machine has no address but loopback")
    return found[0]


def test_lan_bind_serves_the_sign_in_page_by_tls(
    tmp_path: Path, lan_address: str, prepared_data: Any
) -> None:
    with Stack(prepared_data(tmp_path / "data"), options=("--bind", lan_address)) as stack:
        assert stack.url == f"https://{lan_address}:{stack.port}"
        told = stack.wait_for(r"SHA-256 ([0-9A-F:]+)")
        # verified against our own certificate, so the name in it must be right as well
        context = ssl.create_default_context(cafile=tmp_path / "data/keys/web.crt")
        with urllib.request.urlopen(f"{stack.url}/account/login/", context=context) as answer:
            assert answer.status == 200
            cookies = answer.headers.get_all("Set-Cookie") or []
        assert any(c.startswith("__Host-") and "Secure" in c for c in cookies), cookies
        pem = ssl.get_server_certificate((lan_address, stack.port))
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
        assert told.replace(":", "") == digest
        # so does the gate
        gate = f"https://{lan_address}:{stack.gate_http_port}/web1/_ping"
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(gate, context=context)


@pytest.mark.parametrize(
    ("bind", "url", "expected", "own_tls"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8000", False),
        ("::1", "", "http://[::1]:8000", False),
        ("localhost", "", "http://localhost:8000", False),
        ("198.51.100.2", "", "https://198.51.100.2:8000", True),
        ("0.0.0.0", "https://pods.example.org/", "https://pods.example.org", False),
    ],
)
def test_chosen_address(bind: str, url: str, expected: str, own_tls: bool) -> None:
    found = address.choose(bind, 8000, url)
    assert (found.url, found.own_tls) == (expected, own_tls)


def test_names_of_the_certificate() -> None:
    """Behind a proxy it is the gate's alone, and those of a container's own are nobody's to type."""
    behind = address.choose("0.0.0.0", 8000, "https://pods.example.org")
    assert behind.names == ["localhost", "127.0.0.1", "pods.example.org"]
    alone = address.choose("0.0.0.0", 8000, "")
    assert {name.strip("[]") for name in local_addresses()} <= set(alone.names)


def test_every_address_shows_one_that_others_can_reach(lan_address: str) -> None:
    found = address.choose("0.0.0.0", 8000, "")
    assert found.own_tls
    assert "127.0.0.1" not in found.url
    assert {"localhost", "127.0.0.1"} <= set(found.names)
