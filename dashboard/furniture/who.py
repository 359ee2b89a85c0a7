"""The audit log's words for somebody at the sign-in page, known or not."""

from django.http import HttpRequest

from accounts.addresses import addresses
from accounts.models import User
from audit.shapes import Who
from dashboard.person import session_mark, who_of


def stranger(request: HttpRequest, *, name: str = "") -> Who:
    """Nobody we know yet: only where they come from, and the name they claim."""
    address, forwarded = addresses(*_peer(request))
    return Who(name=name, address=address, forwarded_for=forwarded, door="page")


def known_user(request: HttpRequest, user: User) -> Who:
    """`user` in this request's session."""
    peer, forwarded = _peer(request)
    mark = session_mark(request.session.session_key)
    return who_of(user, session=mark, peer=peer, forwarded=forwarded, door="page")


def _peer(request: HttpRequest) -> tuple[str, str]:
    return request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
