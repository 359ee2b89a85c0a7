"""The client over a fake bus: what a hostile host answers costs no more than a call."""

import asyncio
import json
import struct

import pytest

from hosts.systemd import (
    Bus,
    BusDial,
    BusInterrupted,
    BusMalformed,
    BusRejected,
    BusUnavailable,
    CallFailed,
    NotPermitted,
)
from hosts.systemd.bus import MESSAGE_MAX_BYTES
from hosts.systemd.methods import LIST_UNIT_FILES_BY_PATTERNS, LOAD_UNIT, MANAGER, SUBSCRIBE, Method
from tests.hosts.systemd.fake_bus import FakeBus

FILES = (["generated"], ["*.service"])


def dial(fake: FakeBus) -> BusDial:
    return BusDial(str(fake.path), uid=1000)


async def test_it_signs_in_as_the_account_of_the_host(fake: FakeBus) -> None:
    async with Bus(dial(fake)) as bus:
        assert await bus.call(LOAD_UNIT, "web.service")
    # SASL EXTERNAL: the number's digits, in hexadecimal
    assert fake.lines == [b"\0AUTH EXTERNAL 31303030\r\n", b"BEGIN\r\n"]
    assert [member for member, _body in fake.calls] == ["Hello", "LoadUnit"]


async def test_nothing_outside_the_list_reaches_the_host(fake: FakeBus) -> None:
    power_off = Method(MANAGER, "PowerOff", "", "")
    async with Bus(dial(fake)) as bus:
        with pytest.raises(NotPermitted, match="PowerOff"):
            await bus.call(power_off)
        # a line of the list made anew counts for what it says, not for what it calls itself
        with pytest.raises(NotPermitted, match="no quadlet makes"):
            await bus.call(Method(MANAGER, "StopUnit", "ss", "o"), "ssh.service", "replace")
        # the connection stays usable
        assert await bus.call(LOAD_UNIT, "web.service")
    assert [member for member, _body in fake.calls] == ["Hello", "LoadUnit"]


async def test_nobody_at_the_socket(fake: FakeBus) -> None:
    with pytest.raises(BusUnavailable, match="relays no bus"):
        async with Bus(BusDial(f"{fake.path}.other", uid=0)):
            pass


@pytest.mark.parametrize(
    ("greeting", "error", "words"),
    [
        (b"REJECTED EXTERNAL\r\n", BusRejected, "the account 1000"),
        (b"HTTP/1.1 400 Bad Request\r\n", BusMalformed, "no D-Bus"),
        (b"\r\n", BusMalformed, "no D-Bus"),
        (b"x" * 100_000, BusMalformed, "no D-Bus"),
        (b"", BusUnavailable, "did not let"),
        (b"ERROR whatever\r\n", BusUnavailable, "with an error"),
        (b"ERROR " + b"[" * 4000 + b"\r\n", BusUnavailable, "with an error"),
    ],
)
async def test_a_sign_in_that_goes_wrong(
    fake: FakeBus, greeting: bytes, error: type[Exception], words: str
) -> None:
    fake.greeting = greeting
    with pytest.raises(error, match=words):
        async with Bus(dial(fake), timeout_s=0.5):
            pass


async def test_the_link_s_reason_arrives(fake: FakeBus) -> None:
    reason = {"kind": "bus-missing", "cause": "No bus there.", "cure": "Start one."}
    fake.greeting = b"ERROR " + json.dumps(reason).encode() + b"\r\n"
    with pytest.raises(BusUnavailable) as raised:
        async with Bus(dial(fake)):
            pass
    assert (raised.value.kind, raised.value.message) == ("bus-missing", "No bus there.")
    assert raised.value.cure == "Start one."
    assert raised.value.maybe_done is False


async def test_systemd_s_own_refusal(fake: FakeBus) -> None:
    fake.answers["LoadUnit"] = ("error", ("org.freedesktop.systemd1.NoSuchUnit", "Unit not found."))
    async with Bus(dial(fake)) as bus:
        with pytest.raises(CallFailed, match="Unit not found") as raised:
            await bus.call(LOAD_UNIT, "web.service")
    assert raised.value.name == "org.freedesktop.systemd1.NoSuchUnit"


def message(signature: str, body: bytes) -> bytes:
    """A reply to the second call, with a body that a D-Bus program would not make."""
    fields = (
        (b"\x05\x01u\0" + struct.pack("<I", 2) + b"\x08\x01g\0" + bytes([len(signature)]))
        + signature.encode()
        + b"\0"
    )
    head = b"l\x02\0\x01" + struct.pack("<III", len(body), 5, len(fields)) + fields
    return head + b"\0" * (-len(head) % 8) + body


def nested() -> bytes:
    return message("v", b"\x01v\0" * 200_000)


HOSTILE = {
    "an endless array": message("a()", struct.pack("<I", 8) + b"\0" * 12),
    "an endless array in a variant": message("v", b"\x03a()\0" + b"\0" * 16),
    "an endless array, folded": message("v", b"\x07a((()))\0" + struct.pack("<I", 8) + b"\0" * 12),
    "a tower of variants": nested(),
    "another shape": message("s", struct.pack("<I", 1) + b"a\0"),
    "no signature": message("", b""),
    "cut short": message("a(ss)", struct.pack("<I", 4000)),
    "not UTF-8": message("o", struct.pack("<I", 1) + b"\xff\0"),
    "a file": message("h", struct.pack("<I", 0)),
    "too large": b"l\x02\0\x01" + struct.pack("<III", MESSAGE_MAX_BYTES, 5, 0) + b"\0" * 64,
    "no message": b"HTTP/1.1 200 OK\r\n\r\n" + b"\0" * 64,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
async def test_bytes_that_are_no_answer(fake: FakeBus, raw: bytes) -> None:
    fake.answers["LoadUnit"] = raw
    async with asyncio.timeout(10), Bus(dial(fake)) as bus:
        with pytest.raises(BusMalformed) as raised:
            await bus.call(LOAD_UNIT, "web.service")
    assert raised.value.maybe_done is True


async def test_a_text_with_brackets_is_no_attack(fake: FakeBus) -> None:
    path = "/run/systemd/generator/a().service"
    fake.answers["ListUnitFilesByPatterns"] = ("a(ss)", ([(path, "generated")],))
    async with Bus(dial(fake)) as bus:
        assert await bus.call(LIST_UNIT_FILES_BY_PATTERNS, *FILES) == [(path, "generated")]


async def test_a_host_that_says_nothing(fake: FakeBus) -> None:
    fake.answers["LoadUnit"] = b""
    async with Bus(dial(fake), timeout_s=0.3) as bus:
        with pytest.raises(BusInterrupted, match="did not answer LoadUnit"):
            await bus.call(LOAD_UNIT, "web.service")


async def test_a_flood_of_signals_ends_with_the_call(fake: FakeBus) -> None:
    """They are dropped beyond a thousand, and no answer comes among them."""

    def flood() -> bytes:
        async def send() -> None:
            while True:
                fake.send("JobNew", "s", ("x" * 1000,))
                await asyncio.sleep(0)

        flooding.append(asyncio.ensure_future(send()))
        return b""

    flooding: list[asyncio.Future[None]] = []
    fake.answers["LoadUnit"] = flood
    async with Bus(dial(fake), timeout_s=0.5) as bus:
        with pytest.raises(BusInterrupted):
            await bus.call(LOAD_UNIT, "web.service")
        flooding[0].cancel()
        assert len(bus._signals) <= 1000


async def test_signals_between_call_and_answer_are_kept(fake: FakeBus) -> None:
    def speak() -> tuple[str, tuple[str, ...]]:
        fake.send(
            "JobRemoved", "uoss", (12, "/org/freedesktop/systemd1/job/12", "web.service", "done")
        )
        return "", ()

    fake.answers["Subscribe"] = speak
    async with Bus(dial(fake)) as bus:
        await bus.call(SUBSCRIBE)
        number, _path, unit, result = await asyncio.wait_for(bus.signal("JobRemoved"), 5)
    assert (number, unit, result) == (12, "web.service", "done")


async def test_a_bus_that_goes_away(fake: FakeBus) -> None:
    async with Bus(dial(fake)) as bus:
        await fake.stop()
        with pytest.raises(BusInterrupted, match="hung up"):
            await bus.call(LOAD_UNIT, "web.service")
