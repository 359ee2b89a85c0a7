"""Which units quadlets make, by systemd's own word: the generator's file, and the file it came from."""

from typing import Any

import pytest

from hosts.systemd import Bus, BusDial, NotPermitted
from hosts.systemd.methods import STOP
from hosts.systemd.quadlets import details, find, find_all, kind_of, made_name
from tests.hosts.systemd.fake_bus import QUADLET, FakeBus, quadlet

MADE = "/run/systemd/generator/web.service"
USERS_MADE = "/run/user/1000/systemd/generator/web.service"


@pytest.mark.parametrize(
    ("source", "made", "uid", "kind"),
    [
        ("/etc/containers/systemd/web.container", MADE, 0, "container"),
        ("/etc/containers/systemd/shop/web.pod", MADE, 0, "pod"),
        ("/usr/share/containers/systemd/data.volume", MADE, 0, "volume"),
        ("/run/containers/systemd/net.network", MADE, 0, "network"),
        ("/etc/containers/systemd/app.kube", MADE, 0, "kube"),
        ("/etc/containers/systemd/app.image", MADE, 0, "image"),
        ("/etc/containers/systemd/app.build", MADE, 0, "build"),
        ("/home/seal/.config/containers/systemd/web.container", USERS_MADE, 1000, "container"),
        ("/etc/containers/systemd/users/1000/web.container", USERS_MADE, 1000, "container"),
        # a unit of the administrator's own that names a quadlet as its source
        ("/etc/containers/systemd/web.container", "/etc/systemd/system/web.service", 0, ""),
        ("/etc/containers/systemd/web.container", "/run/systemd/transient/web.service", 0, ""),
        ("/etc/containers/systemd/web.container", "/run/systemd/generator/../x/web.service", 0, ""),
        ("/etc/containers/systemd/web.container", "/run/systemd/generator/a/b.service", 0, ""),
        ("/etc/containers/systemd/web.container", "", 0, ""),
        # generated, and from something else
        ("/etc/fstab", MADE, 0, ""),
        ("/etc/containers/systemd/../../fstab.container", MADE, 0, ""),
        ("/etc/containers/systemdx/web.container", MADE, 0, ""),
        ("/etc/containers/systemd/web.conf", MADE, 0, ""),
        ("", MADE, 0, ""),
        # another account's
        ("/home/seal/.config/containers/systemd/web.container", MADE, 0, ""),
        ("/home/seal/.config/containers/systemd/web.container", USERS_MADE, 1001, ""),
        ("/etc/containers/systemd/users/1000/web.container", MADE, 1000, ""),
        (".config/containers/systemd/web.container", USERS_MADE, 1000, ""),
    ],
)
def test_what_a_file_makes(source: str, made: str, uid: int, kind: str) -> None:
    assert kind_of(source, made=made, uid=uid) == kind


async def test_only_a_unit_that_was_found_can_be_changed(fake: FakeBus) -> None:
    async with Bus(BusDial(str(fake.path), uid=0)) as bus:
        with pytest.raises(NotPermitted):
            await bus.call(STOP, "web.service", "replace")
        found = await find(bus, "web.service")
        assert (found.makes, found.source) == ("container", QUADLET["SourcePath"])
        assert await bus.call(STOP, "web.service", "replace")
    assert fake.calls[-1] == ("StopUnit", ("web.service", "replace"))


@pytest.mark.parametrize(
    "lie",
    [
        # an ordinary unit with SourcePath= in it
        {"FragmentPath": "/etc/systemd/system/web.service"},
        {"SourcePath": ""},
        # an alias of another unit
        {"Id": "ssh.service"},
    ],
)
async def test_a_unit_that_lies_cannot_be_changed(fake: FakeBus, lie: dict[str, Any]) -> None:
    fake.units["web.service"] = QUADLET | lie
    async with Bus(BusDial(str(fake.path), uid=0)) as bus:
        with pytest.raises(NotPermitted, match=r"No quadlet on the host makes"):
            await find(bus, "web.service")
        with pytest.raises(NotPermitted):
            await bus.call(STOP, "web.service", "replace")
        assert await find_all(bus) == []


async def test_all_of_them_without_templates_and_others(fake: FakeBus) -> None:
    mount = {"Id": "swap.service", "SourcePath": "/etc/fstab", "FragmentPath": f"{MADE}x"}
    for name in ("db", "pup@"):
        fake.units[f"{name}.service"] = quadlet(name)
    fake.units["swap.service"] = mount
    async with Bus(BusDial(str(fake.path), uid=0)) as bus:
        assert [one.name for one in await find_all(bus)] == ["db.service", "web.service"]
        assert bus.quadlets == {"db.service", "web.service"}


async def test_a_host_without_quadlets_is_asked_once(fake: FakeBus) -> None:
    fake.units.clear()
    async with Bus(BusDial(str(fake.path), uid=0)) as bus:
        assert await find_all(bus) == []
    assert [member for member, _body in fake.calls] == ["Hello", "ListUnitFilesByPatterns"]


@pytest.mark.parametrize(
    ("makes", "command", "name"),
    [
        ("container", "podman run --name=web --replace image", "web"),
        ("container", "podman run --name systemd-web image --name=x", "systemd-web"),
        ("container", "podman run image", ""),
        ("container", "podman run --name", ""),
        ("pod", "podman pod create --infra --name=shop", "shop"),
        ("volume", "podman volume create --ignore systemd-data", "systemd-data"),
        ("network", "podman network create --ignore systemd-net", "systemd-net"),
        ("image", "podman image pull quay.io/x/y", ""),
        ("kube", "podman kube play /etc/a.yml", ""),
    ],
)
def test_the_name_of_what_it_makes(makes: str, command: str, name: str) -> None:
    words = command.split()
    assert made_name(makes, {"ExecStart": [(words[0], words, False)]}) == name


@pytest.mark.parametrize("odd", [7, "podman run --name=x", [7], [("a",)], [("a", 7)], [("a", [7])]])
def test_a_command_in_another_shape_names_nothing(odd: Any) -> None:
    assert made_name("container", {"ExecStart": odd}) == ""


async def test_details_keep_no_command(fake: FakeBus) -> None:
    fake.units["web.service"] |= {"Result": "exit-code", "ExecMainCode": 1, "ExecMainStatus": 3}
    async with Bus(BusDial(str(fake.path), uid=0)) as bus:
        found = await details(bus, await find(bus, "web.service"))
    assert found["MakesName"] == "systemd-web"
    assert found["AtBoot"] is True
    assert (found["Result"], found["ExecMainStatus"]) == ("exit-code", 3)
    assert "canary" not in str(found)
