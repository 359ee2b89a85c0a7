"""What a registry says is kept in a job's row: no more of it than was asked for."""

import json

from hosts.podman.search import search
from tests.hosts.podman.fake import answer, says, talking


async def test_no_more_than_was_asked_for() -> None:
    flood = [{"Name": f"r/{n}", "Description": "x" * 9000, "Stars": 1} for n in range(400)]
    async with talking(says(answer("200 OK", json.dumps(flood).encode()))) as (podman, _):
        found = await search(podman, "r/x", limit=25, timeout_s=5)
    assert len(found) == 25
    assert max(len(one.description) for one in found) == 500
