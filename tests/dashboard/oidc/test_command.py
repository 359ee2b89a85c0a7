"""`manage.py oidc` tells what signing in would stumble over."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.cast import Cast
from tests.dashboard.oidc.provider import TlsProvider


def told() -> str:
    out = StringIO()
    call_command("oidc", stdout=out)
    return out.getvalue()


def test_nothing_to_mend(cast: Cast, provider: TlsProvider, configured: Any) -> None:
    assert told() == f"company: {provider.issuer}, join: existing\n"


def test_what_is_to_mend(cast: Cast, provider: TlsProvider, configured: Any) -> None:
    configured("[provider.teams]", 'ops = "nowhere"', "[provider.roles]", 'ops = "nothing"')
    provider.lies["about"] = {"issuer": "https://evil.example"}
    out = StringIO()
    with pytest.raises(CommandError, match="3 problems to correct"):
        call_command("oidc", stdout=out)
    for words in ("https://evil.example", "no team nowhere", "no role nothing"):
        assert words in out.getvalue()


def test_a_file_that_is_wrong(cast: Cast, configured: Any) -> None:
    configured('join = "everybody"')
    with pytest.raises(CommandError, match="existing"):
        told()


def test_no_file(db: None, settings: Any, tmp_path: Any) -> None:
    settings.HAULOUT_OIDC_FILE = tmp_path / "none.toml"
    assert "nobody can sign in with a provider" in told()
