"""A given private key or password is stored nowhere, except sealed."""

import logging
from typing import Any

import asyncssh
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from dashboard.pages.hosts import draft as drafts
from hosts import vault
from hosts.models import RegistryCredential
from tests.cast import Cast
from tests.make import FINGERPRINT, HOST_KEY

pytestmark = pytest.mark.each_database("in the words of the database's own driver")

PASSWORD = "canary-password-7f3a9c"
TOKEN = "canary-token-51be02"


def everything_in_the_database() -> bytes:
    """Every value of every table, as bytes."""
    dump = bytearray()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    raw = value if isinstance(value, (bytes, memoryview)) else str(value).encode()
                    dump += bytes(raw) + b"\n"
    return bytes(dump)


def sessions() -> str:
    return "".join(str(row.get_decoded()) for row in Session.objects.all())


@pytest.fixture
def browser(cast: Cast, browser_of: Any) -> Any:
    vault.make_keys(settings.HAULOUT_KEYS)
    browser = browser_of(cast.alice)
    session = browser.session
    kept = drafts.Draft(
        address="127.0.0.1",
        port=1,
        host_key_line=HOST_KEY,
        fingerprint=FINGERPRINT,
        confirmed=True,
    )
    drafts.keep(session, kept)
    session.save()
    return browser


def test_a_pasted_key(browser: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key = asyncssh.generate_private_key("ssh-ed25519").export_private_key("openssh").decode()
    # behind the random check bytes: this line holds the secret half, however it is written anew
    middle = key.splitlines()[4]
    answer = browser.send("/hosts/add/key/own/", {"private_key": key})
    assert answer["Location"] == "/hosts/add/check/"
    page = browser.get("/hosts/add/check/").content.decode()
    page += browser.get("/hosts/add/key/").content.decode()
    for place in (page, sessions(), caplog.text, everything_in_the_database().decode("latin-1")):
        assert middle not in place
    # the seal is there, and holds it
    kept = drafts.read(browser.session)
    assert middle in vault.open_sealed(kept.seal, "ssh-key").decode()


def test_a_password_for_installing(browser: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    browser.get("/hosts/add/key/")
    answer = browser.send("/hosts/add/key/install/", {"password": PASSWORD, "form": "plain"})
    page = answer.content.decode()
    assert "Nothing listens on 127.0.0.1 port 1" in page
    for place in (page, sessions(), caplog.text, everything_in_the_database().decode("latin-1")):
        assert PASSWORD not in place


def test_a_key_that_is_refused_is_not_shown_again(browser: Any) -> None:
    answer = browser.send("/hosts/add/key/own/", {"private_key": f"garbage {PASSWORD}"})
    page = answer.content.decode()
    assert "not a whole private key" in page
    assert PASSWORD not in page


def test_a_registry_password(browser: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    given = {"registry": "quay.io", "username": "seal", "password": TOKEN, "group": ""}
    assert browser.send("/registries/", given).status_code == 302
    page = browser.get("/registries/").content.decode()
    assert "quay.io" in page
    for place in (page, sessions(), caplog.text, everything_in_the_database().decode("latin-1")):
        assert TOKEN not in place
    row = RegistryCredential.objects.get()
    assert vault.open_sealed(bytes(row.sealed_password), "registry").decode() == TOKEN
