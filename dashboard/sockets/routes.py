"""Every WebSocket route."""

from typing import Any

from django.urls import path, re_path

from dashboard.live.consumer import LiveConsumer
from dashboard.streams.logs import LogsConsumer
from dashboard.streams.merged_logs import MergedLogsConsumer
from dashboard.streams.stats import StatsConsumer
from dashboard.streams.terminals.consumer import TerminalConsumer


async def _refused(_scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 4404})


# a path that is none of ours: refused, without an error of ours in the log
NOWHERE: Any = _refused

routes: list[Any] = [
    path("ws/live/", LiveConsumer.as_asgi()),
    path("ws/logs/", MergedLogsConsumer.as_asgi()),
    path("ws/stats/", StatsConsumer.as_asgi()),
    path("ws/terminal/<int:endpoint_id>/<str:podman_id>/", TerminalConsumer.as_asgi()),
    path("ws/terminal/<str:key>/", TerminalConsumer.as_asgi()),
    path("ws/logs/<int:endpoint_id>/<str:podman_id>/", LogsConsumer.as_asgi()),
    re_path("", NOWHERE),
]
