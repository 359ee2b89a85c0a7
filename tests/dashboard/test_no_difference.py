"""What one may not see makes no difference: all pages say the same whether it is there or not."""

import re
from typing import Any

import pytest

from accounts.models import Role, User
from tests.cast import Browser, Cast
from tests.dashboard.api_cast import make_caller
from tests.dashboard.hidden_cast import Seer, furnish, furnish_elsewhere, furnish_more, seers
from tests.dashboard.test_hidden import addresses

# made anew for each answer, or told by the clock
_FRESH = re.compile(
    r'csrfmiddlewaretoken" value="\w+|"X-CSRFToken": "\w+|nonce[-="]+[\w+/=-]+|data-mark="[^"]*'
    r"|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)|\d\d:\d\d:\d\d|>(?:now|[^<]* ago)</time>"
    r'|(?:said-\w+-|_key" value=")[0-9a-f]{8}'
)
# what one looked at oneself stands there
OWN_DEEDS = re.compile(r"/audit/|.*/history/")
WHO = (
    "some",
    *(pytest.param(name, marks=pytest.mark.more) for name in ("one", "group", "volumes")),
)


@pytest.fixture
def seen_by(cast: Cast, password_hash: str) -> dict[str, Seer]:
    furnish(cast.alice)
    furnish_more(cast.alice)
    role = Role.objects.get(name="member")

    def member(name: str) -> Any:
        return User.objects.create(
            email=f"{name}@example.org", name=name.title(), role=role, password=password_hash
        )

    return seers(member)


@pytest.mark.timeout(900)  # as tests.dashboard.test_hidden
@pytest.mark.usefixtures("bare_errors")
@pytest.mark.parametrize("name", WHO)
def test_it_makes_no_difference(
    seen_by: dict[str, Seer], browser_of: Any, cast: Cast, name: str
) -> None:
    user = seen_by[name].user
    browser = browser_of(user)
    browser.get("/account/")
    browser.raise_request_exception = False
    program = {"HTTP_AUTHORIZATION": f"Bearer {make_caller(user).secret}"}
    paths = list(dict.fromkeys(path for method, path in addresses() if method == "GET"))
    # the overview last, and first thereafter: it has what one did, too
    paths = [path for path in paths[1:] if not OWN_DEEDS.fullmatch(path)] + paths[:1]
    assert paths[-1] == "/"

    def told(path: str) -> str:
        return _told(browser, path, **(program if path.startswith("/api/v1/") else {}))

    # each error page is drawn once: not when one is compared with a plain one
    assert [browser.get(path).status_code for path in ("/nowhere/", "/people/")] == [404, 403]
    before = {path: told(path) for path in paths}
    assert sum(one.startswith("200 ") for one in before.values()) > 40
    furnish_elsewhere(cast.alice, beside=name == "some")
    after = {path: told(path) for path in reversed(paths)}
    assert {
        path: _where(before[path], after[path]) for path in paths if before[path] != after[path]
    } == {}


def _told(browser: Browser, path: str, **head: Any) -> str:
    answer = browser.get(path, **head)
    if answer.streaming:
        return "streamed"
    text = answer.content.decode(errors="replace")
    if answer.status_code == 200 and not head:
        # also the part of the page that a click fetches
        text += browser.get(path, HTTP_HX_REQUEST="true").content.decode(errors="replace")
    return f"{answer.status_code} {_FRESH.sub('', text)}"


def _where(told: str, now: str) -> tuple[str, str]:
    pairs = enumerate(zip(told, now, strict=False))
    at = next((n for n, (one, other) in pairs if one != other), 0)
    return told[max(at - 80, 0) : at + 120], now[max(at - 80, 0) : at + 120]
