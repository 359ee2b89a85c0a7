"""A provider over TLS, and a browser that comes by it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.oidc import flow
from tests.cast import Browser, Cast
from tests.dashboard.oidc.provider import TlsProvider

FILE = """[[provider]]
id = "company"
name = "Company"
issuer = "{issuer}"
client_id = "haulout"
client_secret = "a secret of the client"
ca_file = "{ca_file}"
"""


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[TlsProvider]:
    """A provider that knows Bob, by an address that it has verified."""
    serving = TlsProvider(tmp_path)
    serving.claims = {
        "sub": "b-17",
        "email": "bob@example.org",
        "email_verified": True,
        "groups": [],
    }
    yield serving
    serving.close()


@pytest.fixture
def configured(provider: TlsProvider, tmp_path: Path, settings: Any) -> Callable[..., None]:
    """`configured("join = …", ca_file="…")`: write the file of providers; more lines go into it."""

    def write(*lines: str, **changed: str) -> None:
        flow.forget()
        path = tmp_path / "oidc.toml"
        told = {"issuer": provider.issuer, "ca_file": str(provider.ca_file), **changed}
        path.write_text(FILE.format(**told) + "\n".join(lines))
        path.chmod(0o600)
        settings.HAULOUT_OIDC_FILE = path

    write()
    return write


@pytest.fixture
def come(cast: Cast, provider: TlsProvider, configured: Any) -> Callable[..., Any]:
    """`come(browser)`: go to the provider, say yes there and come back; the last answer."""

    def by_provider(browser: Browser, *, next_path: str = "") -> Any:
        went = browser.get("/account/provider/company/", {"next": next_path} if next_path else {})
        if went.status_code != 302:
            return went
        assert went.headers["Location"].startswith(f"{provider.issuer}/authorize?")
        query = provider.allow(went.headers["Location"])
        return browser.get(f"/account/provider/company/back/?{query}")

    return by_provider
