"""Every socket and each of its messages by everybody (T2, T3). A stream authorises as a page does.
One that is refused leaves the refusal alone.
"""

import inspect
import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.urls import get_resolver

from accounts.models import Role, User
from audit.models import Entry, RefusalCount
from dashboard.api.sockets import routes as api_routes
from dashboard.asgi import application
from dashboard.live.consumer import LiveConsumer
from dashboard.live.hub import hub
from dashboard.live.spec import all_specs
from dashboard.sockets.consumer import LeanConsumer
from dashboard.sockets.routes import routes
from hosts.models import Grant, Job, OpenTerminal
from tests.access.calls import browser_for
from tests.access.furniture import Matrix
from tests.access.people import BY_THEMSELVES, NAMES, A, Someone
from tests.dashboard.api_cast import make_caller
from tests.dashboard.hidden_cast import HIDDEN, SEEN
from tests.dashboard.routes import API

pytestmark = pytest.mark.django_db(transaction=True)

ORIGIN = (b"origin", b"http://localhost:8000")
WITHIN_S = 30.0
# what a socket answers: it runs until it is told nonsense, it is not there, or it is refused
RUNS, NOT_THERE, DENIED, SIGNED_OUT = 4400, 4404, 4403, 4401
FITS = f"1:{SEEN}"

# address: (route, verb that shows what it names, verb that it wants, for a container that fits)
STREAMS = {
    f"/ws/logs/1/{SEEN}/": ("ws/logs/<int:endpoint_id>/<str:podman_id>/", "container.view", "logs"),
    f"/ws/logs/?c={FITS}": ("ws/logs/", "container.view", "logs"),
    f"/ws/stats/?of=container:{FITS}": ("ws/stats/", "container.view", "stats"),
    f"/ws/stats/?of=pod:1:{HIDDEN[1]}": ("ws/stats/", "pod.view", "stats"),
    "/ws/stats/?of=host:1": ("ws/stats/", "host", "stats"),
    f"/ws/terminal/1/{SEEN}/": (
        "ws/terminal/<int:endpoint_id>/<str:podman_id>/",
        "container.view",
        "exec",
    ),
    # nobody's here: open terminals live in the process that opened them
    "/ws/terminal/key1/": ("ws/terminal/<str:key>/", "", "exec"),
}
LIVE = "ws/live/"
# every other path: nobody gets in, whoever they are
ELSEWHERE = {"": "/ws/no/such/socket/"}
# what one may say in them, and what it wants beyond the stream itself
MESSAGES = {
    "LiveConsumer": {"ack": "", "watch": "the list's verb", "unwatch": ""},
    "LogsConsumer": {"credit": ""},
    "MergedLogsConsumer": {"credit": ""},
    "StatsConsumer": {},
    "TerminalConsumer": {
        "open": "container.exec, or container.attach",
        "ping": "",
        "drawn": "",
        "size": "",
        "drive": "",
        "eof": "",
        "close": "to have opened it",
    },
}
# every list, and the verb without which it is refused; "": each sees what is theirs in it
LISTS = {
    **dict.fromkeys(("approvals", "job", "jobs", "overview-jobs"), ""),
    **dict.fromkeys(("jobs-failed", "jobs-failures"), ""),
    **dict.fromkeys(("requests", "requests-waiting", "requests-decided", "freezes"), ""),
    "my-tokens": "",
    "tokens": "people.manage",
    **dict.fromkeys(("grants", "people", "roles", "teams"), "access.view"),
    **dict.fromkeys(("audit-newest", "overview-entries"), "audit.read"),
    **dict.fromkeys(("containers", "container-head", "container-summary"), "container.view"),
    **dict.fromkeys(("hosts", "host-head", "host-summary", "events"), "host.view"),
    **dict.fromkeys(("overview-attention", "overview-fleet", "overview-totals"), "host.view"),
    **dict.fromkeys(("overview-cpu", "overview-memory"), "container.stats"),
    "terminals": "container.exec",
    **{
        f"{kind}s{part}": f"{kind}.view"
        for kind in ("pod", "image", "volume", "network", "secret", "unit")
        for part in ("", "-head", "-summary")
    },
}


# those of programs, which come with tokens
OF_PROGRAMS = {
    f"{API}containers/1/{SEEN}/exec": (
        f"{API[1:]}containers/<int:endpoint_id>/<str:podman_id>/exec",
        "container.view",
        "exec",
    ),
}


class Socket:
    """A browser's socket, of a session that may be nobody's; or a program's, with a `token`."""

    def __init__(self, path: str, cookie: str, *, token: str = "") -> None:
        name = settings.SESSION_COOKIE_NAME
        headers = [ORIGIN, (b"cookie", f"{name}={cookie}".encode())]
        if token:
            headers = [(b"authorization", f"Bearer {token}".encode())]
        self.wire = WebsocketCommunicator(application, path, headers=headers)

    async def say(self, message: Any) -> None:
        """As JSON."""
        await self.wire.send_to(text_data=json.dumps(message))

    async def closed(self) -> int:
        """The code that it is closed with; what comes before is passed over."""
        while True:
            output = await self.wire.receive_output(WITHIN_S)
            if output["type"] == "websocket.close":
                return int(output["code"])

    async def answer(self) -> dict[str, Any]:
        """The next message; beats are passed over."""
        while True:
            found: dict[str, Any] = json.loads(await self.wire.receive_from(WITHIN_S))
            if found["op"] != "beat":
                return found


Enter = Callable[[Someone, str], Any]


@pytest_asyncio.fixture
async def enter() -> AsyncIterator[Enter]:
    """`await enter(who, path)`: (their socket, the code of the handshake's refusal or None)."""
    sockets: list[Socket] = []
    cookies: dict[int, str] = {}

    def signed_in(who: Someone) -> str:
        browser = browser_for(who)
        found = browser.cookies.get(settings.SESSION_COOKIE_NAME)
        return found.value if found else "none"

    async def make(who: Someone, path: str) -> tuple[Socket, int | None]:
        if who.user.pk not in cookies:
            cookies[who.user.pk] = await sync_to_async(signed_in)(who)
        socket = Socket(path, cookies[who.user.pk])
        let_in, code = await socket.wire.connect(timeout=WITHIN_S)
        sockets.append(socket)
        return socket, None if let_in else code

    yield make
    for socket in sockets:
        await socket.wire.disconnect(timeout=WITHIN_S)
    await hub().close()


def expected(who: Someone, sees: str, verb: str) -> int:
    """The code that a stream has to end with, once it is told nonsense."""
    if not who.active:
        return SIGNED_OUT
    fits = sees == "container.view"
    seen = who.sees_host(A) if sees == "host" else who.holds(sees, A, fits=fits)
    if not seen:
        return NOT_THERE
    return RUNS if who.holds(f"container.{verb}", A, fits=fits) else DENIED


@pytest.mark.parametrize("name", BY_THEMSELVES)
async def test_every_stream(transactional_matrix: Matrix, enter: Enter, name: str) -> None:
    who = transactional_matrix.people[name]
    for path, (_route, sees, verb) in STREAMS.items():
        before = await entries()
        socket, refused = await enter(who, path)
        if refused is None:
            await socket.say([])
        code = refused or await socket.closed()
        wanted = expected(who, sees, verb)
        assert code == wanted, path
        left = (await entries())[len(before) :]
        if wanted == DENIED:
            assert left == [("refusal", f"container.{verb}")], path
        elif wanted != RUNS:
            assert left == [], path
        else:
            assert not [one for one in left if one[0] == "refusal"], path


@pytest.mark.parametrize("name", NAMES)
async def test_every_stream_of_programs(transactional_matrix: Matrix, name: str) -> None:
    who = transactional_matrix.people[name]

    def token() -> str:
        owner = User.objects.get(pk=who.user.pk)
        # it was made before they were disabled
        owner.is_active = True
        return str(make_caller(owner, **who.token).secret)

    secret = await sync_to_async(token)()
    for path, (_route, sees, verb) in OF_PROGRAMS.items():
        before = await entries()
        socket = Socket(path, "", token=secret)
        let_in, refused = await socket.wire.connect(timeout=WITHIN_S)
        if let_in:
            await socket.say([])
        code = await socket.closed() if let_in else refused
        await socket.wire.disconnect(timeout=WITHIN_S)
        wanted = expected(who, sees, verb)
        assert code == wanted, path
        refusals = [one for one in (await entries())[len(before) :] if one[0] == "refusal"]
        denied = {DENIED: [f"container.{verb}"], SIGNED_OUT: ["token.use"]}.get(wanted, [])
        assert [name for _kind, name in refusals] == denied, path


@pytest.mark.parametrize("name", ["admin", "none", "disabled"])
async def test_a_path_that_is_no_socket_is_not_there(
    transactional_matrix: Matrix, enter: Enter, name: str
) -> None:
    before = await entries()
    for path in ELSEWHERE.values():
        who = transactional_matrix.people[name]
        _socket, refused = await enter(who, path)
        assert refused == (NOT_THERE if who.active else SIGNED_OUT)
    assert await entries() == before


@pytest.mark.parametrize("name", BY_THEMSELVES)
async def test_every_list(
    transactional_matrix: Matrix, enter: Enter, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = transactional_matrix.people[name]
    # all lists in one breath
    monkeypatch.setattr(LiveConsumer, "BURST", 10 * len(LISTS))
    socket, refused = await enter(who, f"/{LIVE}")
    assert (refused is None) == who.active
    for one, verb in LISTS.items() if who.active else ():
        await socket.say({"op": "watch", "id": one, "list": one})
        told = await socket.answer()
        allowed = not verb or who.holds(verb)
        assert told["op"] == ("rows" if allowed else "refused"), one
        if allowed:
            await socket.say({"op": "ack"})
        await socket.say({"op": "unwatch", "id": one})


async def test_a_terminal_asks_for_the_kind_that_is_opened(
    transactional_matrix: Matrix, enter: Enter
) -> None:
    """Whoever may open a shell need not be one who may type to the main process."""
    none = transactional_matrix.people["none"]

    def give() -> None:
        verbs = ["host.view", "container.view", "container.exec"]
        role = Role.objects.create(name="shells", verbs=verbs)
        Grant.objects.create(user=none.user, role=role, group_id=1, made_by="Alice")

    await sync_to_async(give)()
    opened = await sync_to_async(OpenTerminal.objects.count)()
    socket, _refused = await enter(none, f"/ws/terminal/1/{SEEN}/")
    await socket.say({"open": {"kind": "attach", "columns": 80, "rows": 24}})
    assert await socket.closed() == DENIED
    assert (await entries())[-1] == ("refusal", "container.attach")
    assert await sync_to_async(OpenTerminal.objects.count)() == opened
    assert not await sync_to_async(Job.objects.filter(verb="container.attach").exists)()


async def test_of_many_logs_only_those_that_one_may_read_come(
    transactional_matrix: Matrix, enter: Enter
) -> None:
    """Ids in a list: what is hidden is left out, and is not counted as refused either."""
    who = transactional_matrix.people["narrowed"]
    path = f"/ws/logs/?c={FITS}&c=1:{HIDDEN[1]}&c=3:{HIDDEN[3]}"
    socket, _refused = await enter(who, path)
    while (told := json.loads(await socket.wire.receive_from(WITHIN_S)))["type"] != "sources":
        pass
    assert [source["name"] for source in told["sources"]] == ["shop"]
    assert told["refused"] == 0


def test_the_tables_have_every_socket_message_and_list() -> None:
    told = {route for route, _sees, _verb in STREAMS.values()} | {LIVE} | set(ELSEWHERE)
    assert {str(route.pattern) for route in routes} == told
    told = {route for route, _sees, _verb in OF_PROGRAMS.values()} | set(ELSEWHERE)
    assert {str(route.pattern) for route in api_routes} == told
    # lists register themselves in the rooms of their pages
    assert get_resolver().url_patterns
    assert {spec.name: spec.verb for spec in all_specs()} == LISTS
    found = {
        one.__name__: _said_in(one.received)
        for one in LeanConsumer.__subclasses__()
        if one.__module__.startswith("dashboard.")
    }
    assert {name: set(words) for name, words in MESSAGES.items()} == found


def _said_in(method: Any) -> set[str]:
    """The kinds of messages that a consumer knows, as its code asks for them."""
    source = inspect.getsource(method)
    patterns = r'case "(\w+)"', r'"(\w+)" in message', r'message\.get\("(\w+)"\)'
    return {found for pattern in patterns for found in re.findall(pattern, source)}


@sync_to_async
def entries() -> list[tuple[str, str]]:
    """All of the log, oldest first; equal refusals are counted, so each verb is refused once here."""
    RefusalCount.objects.all().delete()
    return list(Entry.objects.order_by("number").values_list("kind", "verb"))
