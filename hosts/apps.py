"""The domain as a Django app: hosts and everything done to them."""

from django.apps import AppConfig


class HostsConfig(AppConfig):
    """Registers the app's verbs, and what grants and invitations give, once Django is ready."""

    name = "hosts"

    def ready(self) -> None:
        from accounts import epoch
        from hosts import actions, bells  # noqa: F401 - importing registers
        from hosts.access import grant_source  # noqa: F401 - likewise

        # accounts must not import bells
        epoch.on_change(lambda: bells.ring("access"))
