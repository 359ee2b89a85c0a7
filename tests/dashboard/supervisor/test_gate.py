"""The gate below `up`: its ports are its own, and where they cannot be had all else runs."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from dashboard import env
from dashboard.management.commands import gate
from hosts.gate.doors.process import tls_context
from tests.stack import Stack


def test_a_taken_port_is_said_and_the_rest_runs(
    tmp_path: Path, prepared_data: Callable[[Path], Path]
) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        ports = one.getsockname()[1], other.getsockname()[1]
        data = prepared_data(tmp_path / "data")
        stack = Stack(data, gate_port=ports[0], gate_http_port=ports[1]).start()
        try:
            lines = [line for line in stack.lines if "no gate" in line]
            for line, port, words in zip(lines, ports, ("by SSH", "by HTTP"), strict=True):
                assert f"port {port} is in use by another program" in line
                assert words in line
            assert "HAULOUT_GATE_PORT" in lines[0]
            assert "HAULOUT_GATE_HTTP_PORT" in lines[1]
            assert gate_of(stack) == {"state": "off"}
            assert not (stack.data / "logs" / "gate.log").exists()
        finally:
            stack.stop()


@pytest.mark.parametrize("name", ["HAULOUT_GATE_PORT", "HAULOUT_GATE_HTTP_PORT"])
def test_a_port_is_a_number(name: str) -> None:
    for given in ("ssh", "-1", "65536"):
        with pytest.raises(ValueError, match=name):
            env.read({name: given})


def test_by_itself_it_has_a_certificate_where_others_reach_it(
    settings: Any, tmp_path: Path
) -> None:
    """As in a container, whose own addresses change."""
    settings.HAULOUT_KEYS = tmp_path
    settings.ENV = replace(settings.ENV, bind="127.0.0.1", url="")
    assert gate._own_certificate() == (None, None)
    settings.ENV = replace(settings.ENV, bind="0.0.0.0", url="https://pods.example.org")
    key, chain = gate._own_certificate()
    assert key is not None
    assert chain is not None
    tls_context(key, chain)
    made = x509.load_pem_x509_certificate(chain.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "pods.example.org"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def gate_of(stack: Stack) -> object:
    """What /readyz says of it, ready or not."""
    try:
        with urllib.request.urlopen(f"{stack.url}/readyz") as answer:
            told = json.load(answer)
    except urllib.error.HTTPError as not_ready:
        told = json.load(not_ready)
    return {key: value for key, value in told["gate"].items() if key != "took_ms"}
