"""The cast of the tests: alice is administrator, bob operator, charlie viewer, dave disabled.

Also `Browser`: Django's test client with CSRF enforced, sending forms the way a page does.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.test import Client

from accounts.models import Role, User
from audit.keys import make_keys
from audit.models import Entry
from audit.shapes import Who
from tests.one_line import one_line

PASSWORD = "seals sleep on warm rocks"


@dataclass(frozen=True)
class Cast:
    """The four people."""

    alice: User
    bob: User
    charlie: User
    dave: User


class Browser(Client):
    """A client that forgets no CSRF token, unless told so by using `post` itself."""

    def __init__(self, **defaults: Any) -> None:
        super().__init__(enforce_csrf_checks=True, **defaults)

    def request(self, **request: Any) -> Any:
        """As Django's, but pages come without the white space of their layout (tests.one_line)."""
        response = super().request(**request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            response.content = one_line(response.content.decode()).encode()
        return response

    def send(self, path: str, data: dict[str, Any] | None = None, **extra: Any) -> Any:
        """POST a form with the token that the page's cookie holds."""
        if settings.CSRF_COOKIE_NAME not in self.cookies:
            self.get("/account/login/")
            if settings.CSRF_COOKIE_NAME not in self.cookies:
                self.get("/account/")
        token = self.cookies[settings.CSRF_COOKIE_NAME].value
        return self.post(path, {**(data or {}), "csrfmiddlewaretoken": token}, **extra)

    def sign_in(self, email: str, password: str = PASSWORD, **extra: Any) -> Any:
        """Send the sign-in form."""
        return self.send("/account/login/", {"login": email, "password": password}, **extra)


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> None:
    """Argon2 as in use, but with little memory: a hash that is slow on purpose tells tests nothing."""
    Argon2PasswordHasher.memory_cost = 64  # KiB
    Argon2PasswordHasher.parallelism = 1


@pytest.fixture(scope="session")
def keys() -> None:
    """The key files that web and audit need."""
    make_keys(settings.HAULOUT_KEYS)


@pytest.fixture(scope="session")
def password_hash() -> str:
    """PASSWORD, hashed once."""
    return make_password(PASSWORD)


@pytest.fixture
def cast(db: None, keys: None, password_hash: str) -> Cast:
    """alice, bob, charlie and dave, in the database."""
    roles = {role.name: role for role in Role.objects.all()}

    def person(name: str, role: str, *, active: str = "yes") -> User:
        return User.objects.create(
            email=f"{name.lower()}@example.org",
            name=name,
            role=roles[role],
            password=password_hash,
            is_active=active == "yes",
        )

    return Cast(
        alice=person("Alice", "admin"),
        bob=person("Bob", "operator"),
        charlie=person("Charlie", "viewer"),
        dave=person("Dave", "operator", active="no"),
    )


@pytest.fixture
def browser_of(cast: Cast) -> Any:
    """`browser_of(user)`: a browser in which that person is signed in."""

    def browser(user: User) -> Browser:
        client = Browser()
        client.force_login(user)
        return client

    return browser


@pytest.fixture
def who_of() -> Any:
    """`who_of(user)`: the audit log's words for somebody in a test."""

    def who(user: User | None = None) -> Who:
        if user is None:
            return Who(name="", address="192.0.2.7", door="page")
        return Who(name=str(user), user_id=user.pk, address="192.0.2.7", door="page")

    return who


@pytest.fixture
def entries(db: None) -> Any:
    """`entries("people.role")`: the audit entries of that verb, oldest first."""
    return lambda verb: list(Entry.objects.filter(verb=verb).order_by("number"))
