"""Every WebSocket route."""

from typing import Any

from django.urls import path

from dashboard.live.consumer import LiveConsumer
from dashboard.streams.logs import LogsConsumer
from dashboard.streams.merged_logs import MergedLogsConsumer

routes: list[Any] = [
    path("ws/live/", LiveConsumer.as_asgi()),
    path("ws/logs/", MergedLogsConsumer.as_asgi()),
    path("ws/logs/<int:endpoint_id>/<str:podman_id>/", LogsConsumer.as_asgi()),
]
