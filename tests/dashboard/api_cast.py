"""Programs that come with tokens: `caller(user)` makes one and gives a client that sends it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import token_actions
from accounts.token_actions import TokenOptions
from audit.shapes import Who
from tests.cast import Browser, Cast

V1 = "/api/v1"


class Caller:
    """A client with a token; `get`, `post` as Django's, answers read as JSON by `.json()`."""

    def __init__(self, secret: str, token: Any = None) -> None:
        self.secret, self.token = secret, token
        # one that enforces CSRF: the API must not ask for it
        self.client: Client = Browser()
        self.headers: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}

    def get(self, path: str, **more: Any) -> Any:
        """GET below /api/v1."""
        return self.client.get(f"{V1}{path}", **{**self.headers, **more})

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """POST of JSON."""
        sent = json.dumps(body or {})
        head: dict[str, Any] = {"content_type": "application/json", **self.headers, **more}
        return self.client.post(f"{V1}{path}", sent, **head)


def make_caller(user: Any, name: str = "script", *, by: Any = None, **given: Any) -> Caller:
    """A token of `user`, as Wanted takes it; made by themselves, or `by` somebody else."""
    wanted = TokenOptions(
        name, given.pop("expires_at", timezone.now() + timedelta(days=1)), **given
    )
    by = by or user
    who = Who(name=str(by), user_id=by.pk, door="page")
    token, secret = token_actions.make(by, who, wanted, user=user)
    return Caller(secret, token)


@pytest.fixture
def caller(cast: Cast) -> Any:
    """make_caller."""
    return make_caller
