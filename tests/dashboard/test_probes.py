"""Probes come by address: /healthz and /readyz answer under any Host, nothing else does."""

import pytest
from django.test import Client

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database("in the words of the database's own driver"),
]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", ["10.1.2.3:8000", "haulout.internal", "no host at all!"])
def test_a_probe_is_answered_by_whatever_name(path: str, host: str) -> None:
    answer = Client().get(path, HTTP_HOST=host)
    assert answer.status_code in (200, 503)
    assert answer["Content-Type"].startswith(("application/json", "text/plain"))
    assert host not in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/account/login/", "/readyz/", "/healthz/x", "/static/x"])
def test_everything_else_wants_a_name_of_ours(path: str) -> None:
    assert Client().get(path, HTTP_HOST="10.1.2.3").status_code == 400


def test_only_reading() -> None:
    assert Client().post("/readyz", HTTP_HOST="10.1.2.3").status_code == 400
