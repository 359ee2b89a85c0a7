"""ASGI: HTTP to Django, WebSockets to live lists and streams behind the exact Origin list, or a token."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

import django

django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - after Django's set-up

from dashboard.api.sockets import ApiSockets  # noqa: E402
from dashboard.origins import OriginRequired  # noqa: E402
from dashboard.socket_session import SocketSession  # noqa: E402
from dashboard.sockets.routes import routes  # noqa: E402
from dashboard.streams.transfer.handler import TransferHandler  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": TransferHandler(),
        "websocket": ApiSockets(OriginRequired(SocketSession(URLRouter(routes)))),
    }
)
