"""Addresses where browsers accept passkeys, and the reason elsewhere."""

import pytest
from django.test import RequestFactory

from dashboard.pages.signin.passkeys import passkey_refusal


@pytest.mark.parametrize(
    ("host", "scheme", "words"),
    [
        ("localhost:8000", "http", ""),
        ("haulout.localhost", "http", ""),
        ("haulout.example.org", "https", ""),
        ("haulout.example.org:8443", "https", ""),
        ("haulout.example.org", "http", "plain http from haulout.example.org"),
        ("192.0.2.7:8000", "https", "by IP address (192.0.2.7)"),
        ("192.0.2.7:8000", "https", "Open Haulout by its name, over https."),
        ("127.0.0.1", "http", "by IP address (127.0.0.1). Open http://localhost/ instead."),
        ("127.0.0.1:8000", "http", "Open http://localhost:8000/ instead."),
        ("[::1]:8000", "http", "by IP address (::1). Open http://localhost:8000/ instead."),
        ("[::1]", "https", "Open https://localhost/ instead."),
    ],
)
def test_where(host: str, scheme: str, words: str, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    request = RequestFactory().get("/", headers={"host": host}, secure=scheme == "https")
    told = passkey_refusal(request)
    assert words in told
    assert bool(words) is bool(told)
