"""The build page: errors beside fields, the job of a typed file, sealed arguments."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from hosts.models import Job
from tests import make
from tests.cast import Cast
from tests.hosts.jobs.conftest import vault_keys

__all__ = ["vault_keys"]


@pytest.fixture
def endpoint(cast: Cast) -> Any:
    return make.endpoint("web1")


def test_a_typed_file_becomes_a_job(
    cast: Cast, endpoint: Any, browser_of: Any, vault_keys: None
) -> None:
    fields = {
        "endpoint": str(endpoint.pk),
        "text": "FROM localhost/base\r\n",
        "tags": "shop:1\r\nquay.example/shop:1",
        "arguments": "TOKEN=canary-31",
    }
    answer = browser_of(cast.bob).send("/build/", fields)
    assert answer.status_code == 302
    job = Job.objects.get()
    assert job.verb == "image.build"
    assert job.params["tags"] == ["localhost/shop:1", "quay.example/shop:1"]
    assert "canary-31" not in json.dumps(job.params)


@pytest.mark.parametrize(
    ("field", "fields"),
    [("text", {"text": "# nothing"}), ("tags", {"tags": "Shop"}), ("target", {"target": "a b"})],
)
def test_problems_stand_beside_their_field(
    cast: Cast, endpoint: Any, browser_of: Any, field: str, fields: dict[str, str]
) -> None:
    given = {
        "endpoint": str(endpoint.pk),
        "text": "FROM localhost/base",
        "tags": "shop:1",
        **fields,
    }
    browser = browser_of(cast.bob)
    answer = browser.send("/build/", given)
    assert answer.status_code == 422
    assert f'id="make-{field}_error"' in answer.content.decode()
    assert not Job.objects.exists()
    if field != "text":
        assert list(browser.send("/build/check/", given).json()) == [field]


def test_an_upload_with_wrong_fields_is_refused_before_its_bytes(
    cast: Cast, endpoint: Any, browser_of: Any
) -> None:
    browser = browser_of(cast.bob)
    browser.get("/account/")
    token = browser.cookies["haulout_csrf"].value if "haulout_csrf" in browser.cookies else ""
    token = token or next(c.value for n, c in browser.cookies.items() if "csrf" in n)
    fields = {"tags": "Shop"}
    for header in ("", "!", urlsafe_b64encode(json.dumps(fields).encode()).decode()):
        answer = browser.put(
            f"/transfer/build/{endpoint.pk}/",
            data=b"tar",
            content_type="application/x-tar",
            headers={"X-CSRFToken": token, "Haulout-Options": header},
        )
        assert answer.status_code == 400
        assert answer.json()["error"]


def test_a_viewer_may_not(cast: Cast, endpoint: Any, browser_of: Any) -> None:
    assert browser_of(cast.charlie).get("/build/").status_code == 403
