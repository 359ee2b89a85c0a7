"""Haulout's own address, for links in what is read outside of its pages."""

from django.conf import settings


def own_address(path: str = "") -> str:
    """The link to a path, under HAULOUT_URL or, without one, as this machine is reached itself."""
    return f"{settings.HAULOUT_URL or f'http://localhost:{settings.ENV.port}'}{path}"
