"""What is sent to play a kube file."""

from hosts.podman import kube
from tests.hosts.podman.fake import answer, says, talking


async def test_nothing_is_built_of_a_folder_of_the_host() -> None:
    async with talking(says(answer("200 OK", b"{}"))) as (podman, fake):
        await kube.play(podman, b"kind: Pod")
    (asked,) = fake.asked
    assert asked.line.startswith("POST /v5.0.0/libpod/play/kube?")
    assert "build=false" in asked.line.split()[1].partition("?")[2].split("&")
