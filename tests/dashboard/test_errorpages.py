"""Each error page stands in the frame and says cause and cure; the one for faults needs no database."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from dashboard import errorpages
from dashboard.urls import urlpatterns as real
from tests.cast import Browser

pytestmark = pytest.mark.each_database("in the words of the database's own driver")

handler400 = errorpages.not_understood
handler403 = errorpages.refused
handler404 = errorpages.not_there
handler500 = errorpages.failed


def raises(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


SENTENCE = "Your role does not permit “<b>sing</b>”."
urlpatterns = [
    *real,
    path("fault/", raises(ZeroDivisionError("inner words"))),
    path("away/", raises(OperationalError("inner words"))),
    path("refused/", raises(PermissionDenied(SENTENCE))),
]


@pytest.fixture
def more_routes(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__


def test_not_there_in_the_whole_frame(cast: Any, browser_of: Any) -> None:
    answer = browser_of(cast.charlie).get("/no/such/page/")
    assert answer.status_code == 404
    assert b'id="rail"' in answer.content
    assert b"This page does not exist, or you may not see it" in answer.content
    assert b"ask an administrator for access" in answer.content
    told = browser_of(cast.alice).get("/no/such/page/").content.decode()
    assert "ask an administrator" not in told
    assert "You manage access yourself" in told
    assert 'href="/access/mine/"' in told


def test_refused_says_the_sentence(cast: Any, browser_of: Any, more_routes: None) -> None:
    answer = browser_of(cast.charlie).get("/refused/")
    assert answer.status_code == 403
    assert "Your role does not permit “&lt;b&gt;sing&lt;/b&gt;”." in answer.content.decode()
    assert b'id="rail"' in answer.content


def test_refused_tells_htmx_in_a_toast(cast: Any, browser_of: Any, more_routes: None) -> None:
    answer = browser_of(cast.charlie).get("/refused/", headers={"hx-request": "true"})
    assert answer.status_code == 403
    assert "does not permit" in answer.headers["HX-Trigger"]


def test_a_verb_not_permitted_is_named(cast: Any, browser_of: Any) -> None:
    answer = browser_of(cast.charlie).get("/people/")
    assert answer.status_code == 403
    assert b"1 person who manages access can give it." in answer.content


def test_a_strange_host_name_has_its_cure(db: None) -> None:
    answer = Client().get("/", HTTP_HOST="<evil>.example")
    assert answer.status_code == 400
    assert b"HAULOUT_ALLOWED_HOSTS" in answer.content
    assert b"&lt;evil&gt;.example" in answer.content
    assert b"<evil>" not in answer.content


def test_a_form_without_cookie_says_so(db: None, keys: None) -> None:
    answer = Browser().post("/account/login/", {"login": "a@example.org", "password": "x"})
    assert answer.status_code == 403
    assert b"did not send Haulout's cookie" in answer.content
    assert b'id="rail"' not in answer.content


def test_a_form_of_an_old_page_says_so(cast: Any) -> None:
    browser = Browser()
    browser.get("/account/login/")
    answer = browser.post("/account/login/", {"csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    assert b"out of date" in answer.content


def test_a_fault_gives_no_inner_words(cast: Any, browser_of: Any, more_routes: None) -> None:
    browser = browser_of(cast.charlie)
    browser.raise_request_exception = False
    answer = browser.get("/fault/")
    assert answer.status_code == 500
    assert b"Haulout failed" in answer.content
    assert b"/fault/" in answer.content
    assert b"inner words" not in answer.content


def test_a_database_that_is_away(cast: Any, browser_of: Any, more_routes: None) -> None:
    browser = browser_of(cast.charlie)
    browser.raise_request_exception = False
    answer = browser.get("/away/")
    assert answer.status_code == 503
    assert b"Haulout cannot use its database" in answer.content
    assert b"inner words" not in answer.content


def test_the_fault_page_asks_no_database(rf: Any, django_db_blocker: Any) -> None:
    """Not even for the session: without the mark of a database test every query would raise."""
    assert django_db_blocker.is_active
    request = rf.get("/anywhere/", headers={"cookie": "haulout=abc; theme=dark"})
    answer = errorpages.failed(request)
    assert answer.status_code == 500
    assert b'data-bs-theme="dark"' in answer.content
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        connection.ensure_connection()
