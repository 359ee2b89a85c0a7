"""The System tab of a host with Podman 5.8: its artifacts, and why its quadlets are not told."""

from typing import Any

import pytest

from tests.lab.real_endpoint import endpoint_on, vault_keys

__all__ = ["endpoint_on", "vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.more]


def test_artifacts_are_shown_and_no_systemd_is_said(
    lab_of: Any, endpoint_on: Any, cast: Any, browser_of: Any
) -> None:
    host = lab_of("5.8").hosts[0]
    endpoint = endpoint_on(host)
    endpoint.podman_version = host.podman_version
    endpoint.save()
    host.run("sh", "-c", "echo tide > '/tmp/<b>tide.txt'")
    kind = ("--type", "application/x-tide")
    host.podman("artifact", "add", *kind, "localhost/lab/tide:1", "/tmp/<b>tide.txt")
    browser = browser_of(cast.charlie)
    url = f"/hosts/endpoints/{endpoint.pk}"
    try:
        whole = browser.get(f"/hosts/{endpoint.host_id}/system/").content.decode()
        assert f'hx-get="{url}/artifacts/"' in whole
        assert f'hx-get="{url}/quadlets/"' in whole
        page = browser.get(f"{url}/artifacts/")
        (row,) = page.context["rows"]
        assert (row.name, row.kind) == ("localhost/lab/tide:1", "application/x-tide")
        assert row.files == [("<b>tide.txt", 5)]
        assert row.created_at is not None
        assert "&lt;b&gt;tide.txt" in page.content.decode()
    finally:
        host.podman("artifact", "rm", "localhost/lab/tide:1")
    said = browser.get(f"{url}/artifacts/").content.decode()
    assert "No artifacts yet" in said
    said = browser.get(f"{url}/quadlets/").content.decode()
    assert "no systemd runs there" in said
