"""Explains registry errors from Podman's words, and limits waiting."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

from django.utils.translation import gettext as _

from hosts.jobs.errand import ActionFailed
from hosts.podman.errors import DeadlineExceeded, PodmanError

T = TypeVar("T")
# Podman's words for missing or wrong credentials
_REFUSED = ("unauthorized", "authentication required", "access denied", "denied")
_UNREACHABLE = ("connection refused", "no such host", "no route to host", "network is unreachable")
_UNTRUSTED = ("http response to https client", "certificate", "x509")
_SLOW = ("timeout", "timed out", "deadline exceeded")


def why(registry: str, failed: PodmanError, *, known: bool) -> str:
    """A sentence for errors that all registries have in common, or "". `known`: credentials were sent."""
    text = f"{failed.message} {failed.cause}".lower()
    values = {"registry": registry}
    if isinstance(failed, DeadlineExceeded) or any(word in text for word in _SLOW):
        return _("%(registry)s did not answer in time. Check that it is up, or try later.") % (
            values
        )
    if any(word in text for word in _REFUSED):
        if known:
            return (
                _("%(registry)s refused the stored credentials. Replace them under Registries.")
                % values
            )
        return (
            _(
                "%(registry)s requires a user name and password, or has no such image. Add "
                "credentials under Registries."
            )
            % values
        )
    if any(word in text for word in _UNREACHABLE):
        return (
            _("The host cannot reach %(registry)s. Check its address, network and proxy.") % values
        )
    if any(word in text for word in _UNTRUSTED):
        return (
            _(
                "The host does not trust the certificate of %(registry)s. Install the certificate "
                "on the host, or mark the registry as insecure in the host's registries.conf."
            )
            % values
        )
    return ""


async def not_silent(
    lines: AsyncIterator[T], registry: str, *, patience_s: float
) -> AsyncGenerator[T, None]:
    """The same lines. ActionFailed after `patience_s` without one, since Podman waits forever."""
    while True:
        try:
            async with asyncio.timeout(patience_s):
                line = await anext(lines)
        except StopAsyncIteration:
            return
        except TimeoutError as silent:
            raise ActionFailed(
                _("%(registry)s sent nothing for %(min)d minutes. The job was given up.")
                % {"registry": registry, "min": round(patience_s / 60)}
            ) from silent
        yield line
