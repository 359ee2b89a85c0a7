"""What a script that sends a file is told when the view refuses: words, which stand beside the file."""

from typing import Any

import pytest
from django.test import Client

from tests import make
from tests.cast import Cast

REF = "7" * 64


@pytest.fixture
def path(cast: Cast) -> str:
    endpoint = make.registered().endpoints.get()
    return f"/transfer/files/container/{endpoint.pk}/{REF}/upload/?path=/tmp&name=a"


def sent(client: Client, path: str) -> tuple[int, Any]:
    answer = client.put(path, b"", content_type="application/octet-stream")
    assert answer["Content-Type"] == "application/json", answer.content
    return answer.status_code, answer.json()


def test_what_one_may_not_see(cast: Cast, path: str) -> None:
    client = Client()
    client.force_login(cast.alice)
    words = {"error": "This does not exist, or you may not see it."}
    assert sent(client, path) == (404, words)


def test_what_one_may_not_do(cast: Cast, path: str) -> None:
    client = Client()
    client.force_login(cast.charlie)
    endpoint = path.split("/")[4]
    status, told = sent(client, f"/transfer/images/{endpoint}/load/?file=a.tar")
    assert status == 403
    assert told["error"].endswith(".")


def test_who_is_signed_out(path: str) -> None:
    words = {"error": "You are signed out. Sign in, and send it again."}
    assert sent(Client(), path) == (401, words)


def test_a_download_is_a_page(cast: Cast, path: str) -> None:
    client = Client()
    client.force_login(cast.alice)
    answer = client.get(path.replace("/upload/", "/file/"))
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")
