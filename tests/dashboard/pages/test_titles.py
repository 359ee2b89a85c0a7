"""A page shows its title once."""

import re
from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast

PLACE = re.compile(r'<span aria-current="page">([^<]*)</span></li>\s*</ol>')
HEADLINE = re.compile(r"<h1(?P<how>[^>]*)>(?P<words>[^<]*)")


@pytest.mark.parametrize(
    "name",
    [
        *("account_settings", "account_change_password", "mfa_index", "tokens:mine", "api-docs"),
        *("access:mine", "requests:ask", "signin:rules", "groups:list", "registries:list"),
        *("guardrails:list", "guardrails:try", "freezes:list", "containers:list", "audit:list"),
        *("pull:page", "volumes:create", "builds:page"),
    ],
)
def test_a_title_is_said_once(cast: Cast, browser_of: Any, name: str) -> None:
    page = browser_of(cast.alice).get(reverse(name))
    assert page.status_code == 200
    text = page.content.decode()
    place, headline = PLACE.search(text), HEADLINE.search(text)
    assert place
    assert headline
    hidden = "visually-hidden" in headline["how"]
    assert (place[1] == headline["words"].strip()) is hidden
