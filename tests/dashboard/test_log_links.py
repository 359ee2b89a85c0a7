"""No log line holds the token of a one-time link, though Django logs the paths it refuses."""

import io
import logging
from typing import Any

import pytest
import structlog

from accounts import actions
from accounts.models import Role
from tests.cast import Browser, Cast


@pytest.fixture
def lines() -> Any:
    """What our own log handler would write from now on."""
    [ours] = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    handler.setFormatter(ours.formatter)
    logging.getLogger().addHandler(handler)
    yield kept.getvalue
    logging.getLogger().removeHandler(handler)


def test_a_refused_form_does_not_tell_its_link(cast: Cast, who_of: Any, lines: Any) -> None:
    role = Role.objects.get(name="viewer")
    path = actions.invite(cast.alice, who_of(cast.alice), email="erin@example.org", role=role)
    browser = Browser()
    assert browser.get(path).status_code == 200
    assert browser.post(path).status_code == 403
    for _ in range(19):
        browser.get(path)
    assert browser.get(path).status_code == 429
    logged = lines()
    assert logged.count("/invite/…") == 2
    assert path.split("/")[2] not in logged
