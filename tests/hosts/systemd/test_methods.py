"""The list of calls: what is not on it is not sent, in whichever spelling."""

import pytest

from hosts.systemd.errors import NotPermitted
from hosts.systemd.methods import (
    ALLOWED,
    BUS,
    BUS_PATH,
    JOB_REMOVED,
    MANAGER,
    MANAGER_PATH,
    PROPERTIES,
    SYSTEMD,
    UNIT_PATHS,
    Call,
    permitted,
)

OURS = frozenset({"web.service"})


def manager(member: str, signature: str = "", *body: object, path: str = MANAGER_PATH) -> Call:
    return Call(SYSTEMD, path, MANAGER, member, signature, body)


@pytest.mark.parametrize(
    "call",
    [
        manager("StartUnit", "ss", "web.service", "replace"),
        manager("StopUnit", "ss", "web.service", "replace"),
        manager("RestartUnit", "ss", "web.service", "replace"),
        manager("ResetFailedUnit", "s", "web.service"),
        manager("LoadUnit", "s", "ssh.service"),
        Call(BUS, BUS_PATH, BUS, "AddMatch", "s", (JOB_REMOVED,)),
        Call(SYSTEMD, UNIT_PATHS + "web_2eservice", PROPERTIES, "Get", "ss", ("a", "b")),
    ],
)
def test_what_is_on_the_list_passes(call: Call) -> None:
    assert permitted(call, quadlets=OURS) is ALLOWED[call.interface, call.member]


@pytest.mark.parametrize(
    "call",
    [
        # root on the host
        manager("StartTransientUnit", "ssa(sv)a(sa(sv))", "x.service", "replace", [], []),
        manager("SetEnvironment", "as", ["LD_PRELOAD=/tmp/x.so"]),
        manager("SetUnitProperties", "sba(sv)", "web.service", True, []),
        manager("BindMountUnit", "sssbb", "web.service", "/", "/host", False, True),
        manager("EnableUnitFiles", "asbb", ["/tmp/x.service"], False, True),
        manager("LinkUnitFiles", "asbb", ["/tmp/x.service"], False, True),
        manager("KillUnit", "ssi", "web.service", "all", 9),
        manager("AttachProcessesToUnit", "ssau", "web.service", "", [1]),
        manager("SwitchRoot", "ss", "/tmp", ""),
        *(manager(one) for one in ("PowerOff", "Reboot", "Halt", "Exit", "Reexecute", "KExec")),
        # units that no quadlet makes, and ones that look like ours
        *(
            manager("StopUnit", "ss", name, "replace")
            for name in ("ssh.service", "web", "WEB.service", "web.service\0", "./web.service", "")
        ),
        manager("ResetFailedUnit", "s", "ssh.service"),
        # it would stop everything else
        manager("StartUnit", "ss", "web.service", "isolate"),
        manager("StartUnit", "ss", "web.service", "ignore-dependencies"),
        # another spelling, shape, place, program
        manager("startunit", "ss", "web.service", "replace"),
        manager("StartUnit", "ssss", "web.service", "replace", "", ""),
        manager("StartUnit", "ss", "web.service", "replace", path=UNIT_PATHS + "ssh_2eservice"),
        Call("org.freedesktop.login1", MANAGER_PATH, MANAGER, "LoadUnit", "s", ("a",)),
        Call("", MANAGER_PATH, MANAGER, "LoadUnit", "s", ("a",)),
        Call(SYSTEMD, MANAGER_PATH, "", "LoadUnit", "s", ("a",)),
        Call(SYSTEMD, UNIT_PATHS + "a", f"{SYSTEMD}.Unit", "Stop", "s", ("replace",)),
        Call(SYSTEMD, UNIT_PATHS + "a", PROPERTIES, "Set", "ssv", ("a", "b", ("s", "c"))),
        Call(SYSTEMD, "/org/freedesktop/login1", PROPERTIES, "GetAll", "s", ("a",)),
        Call(BUS, BUS_PATH, BUS, "RequestName", "su", (SYSTEMD, 0)),
        Call(BUS, BUS_PATH, BUS, "UpdateActivationEnvironment", "a{ss}", ({"A": "b"},)),
        # all that is said on the bus
        Call(BUS, BUS_PATH, BUS, "AddMatch", "s", ("eavesdrop='true'",)),
        Call(BUS, BUS_PATH, f"{BUS}.Monitoring", "BecomeMonitor", "asu", ([], 0)),
    ],
    ids=lambda call: f"{call.member} {call.body}"[:60],
)
def test_all_else_is_refused(call: Call) -> None:
    with pytest.raises(NotPermitted):
        permitted(call, quadlets=OURS)


def test_without_quadlets_nothing_can_be_changed() -> None:
    for method in ALLOWED.values():
        if method.on_quadlets:
            body = ("web.service", "replace")[: len(method.takes)]
            with pytest.raises(NotPermitted, match="no quadlet makes"):
                permitted(manager(method.member, method.takes, *body), quadlets=frozenset())


def test_the_list_is_no_longer_than_it_was_decided() -> None:
    assert {member for _interface, member in ALLOWED} == {
        "Hello", "AddMatch", "Subscribe", "ListUnitFilesByPatterns", "ListUnitsByNames", "LoadUnit",
        "StartUnit", "StopUnit", "RestartUnit", "ResetFailedUnit", "Get", "GetAll",
    }  # fmt: skip
