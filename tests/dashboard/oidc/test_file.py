"""The file of providers: what is wrong is named, and then there is no provider at all."""

from pathlib import Path
from typing import Any

import pytest

from accounts.providers import ProviderFileError, providers, read
from tests.cast import Browser

GOOD = """[[provider]]
id = "company"
name = "Company"
issuer = "https://id.example.org/main"
client_id = "haulout"
"""


def written(folder: Path, text: str, *, mode: int = 0o600) -> Path:
    path = folder / "oidc.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_good_one(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("it\n")
    more = 'client_secret_file = "secret"\n[provider.teams]\nops = ["night"]\n'
    [one] = read(written(tmp_path, GOOD + more, mode=0o644))
    assert (one.id, one.client_secret, one.join, one.role) == (
        "company",
        "it",
        "existing",
        "member",
    )
    assert one.teams == {"ops": ("night",)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace('id = "company"', 'id = "Com pany"'), "id:"),
        (GOOD.replace("https:", "http:"), "issuer"),
        (GOOD.replace('client_id = "haulout"', ""), "client_id"),
        (GOOD + 'secret = "x"', "secret is not a setting"),
        (GOOD + 'join = "everybody"', "existing | invited | domain"),
        (GOOD + 'join = "domain"', "domains"),
        (GOOD + 'domains = ["example.org"]', "domains"),
        (GOOD + 'role = "admin"', "can make administrators"),
        (GOOD + 'scopes = ["email"]', "openid"),
        (GOOD + 'client_secret_file = "nowhere"', "nowhere"),
        (GOOD + "[provider.teams]\nops = 3", "ops"),
        (GOOD + "[provider.roles]\nops = []", "ops"),
        (GOOD + GOOD, "same id"),
        ("provider = 3", "[[provider]]"),
        ("nonsense = 1", "nonsense"),
        ("[[provider", "oidc.toml"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ProviderFileError) as wrong:
        read(written(tmp_path, text))
    assert words in str(wrong.value)


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + 'client_secret = "x"', mode=0o644)
    with pytest.raises(ProviderFileError, match="chmod 600"):
        read(path)


def test_a_change_counts_at_once_and_a_mistake_closes(
    db: None, keys: None, tmp_path: Path, settings: Any
) -> None:
    settings.HAULOUT_OIDC_FILE = tmp_path / "oidc.toml"
    assert providers() == ()
    written(tmp_path, GOOD)
    assert "Sign in with Company" in Browser().get("/account/login/").content.decode()
    written(tmp_path, GOOD + 'join = "everybody"')
    assert "Sign in with Company" not in Browser().get("/account/login/").content.decode()
    assert Browser().get("/account/provider/company/").status_code == 404
