"""Options of volumes lose the passwords in them, and nothing else."""

import pytest

from hosts.podman.volumes import MASK, mask_passwords


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"type": "nfs", "o": "addr=192.0.2.1,rw"}, {"type": "nfs", "o": "addr=192.0.2.1,rw"}),
        (
            {"o": "username=shop,password=hunter2,uid=7"},
            {"o": f"username=shop,password={MASK},uid=7"},
        ),
        ({"o": "PASS=hunter2"}, {"o": f"PASS={MASK}"}),
        ({"password": "hunter2", "size": "1"}, {"password": MASK, "size": "1"}),
        ({"o": "bypass=1", "n": 5}, {"o": "bypass=1", "n": "5"}),
    ],
)
def test_veiled(options: dict[str, object], shown: dict[str, str]) -> None:
    assert mask_passwords(options) == shown
