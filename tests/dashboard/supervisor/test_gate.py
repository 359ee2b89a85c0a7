"""The gate below `up`: its port is an own one, and where it cannot be had all else runs."""

import json
import socket
import urllib.error
import urllib.request
from pathlib import Path

from tests.stack import Stack


def test_a_taken_port_is_said_and_the_rest_runs(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        stack = Stack(tmp_path / "data", gate_port=port).start()
        try:
            (line,) = [line for line in stack.lines if "no gate" in line]
            assert f"port {port} is in use by another program" in line
            assert "HAULOUT_GATE_PORT" in line
            assert gate_of(stack) == {"state": "off"}
            assert not (stack.data / "logs" / "gate.log").exists()
        finally:
            stack.stop()


def gate_of(stack: Stack) -> object:
    """What /readyz says of it, ready or not."""
    try:
        with urllib.request.urlopen(f"{stack.url}/readyz") as answer:
            told = json.load(answer)
    except urllib.error.HTTPError as not_ready:
        told = json.load(not_ready)
    return {key: value for key, value in told["gate"].items() if key != "took_ms"}
