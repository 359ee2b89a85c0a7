"""People as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Registers the verbs about people and creates the built-in roles."""

    name = "accounts"

    def ready(self) -> None:
        from accounts import verbs  # noqa: F401 - importing registers
        from accounts.built_in_roles import make_built_in_roles

        def after_migrate(**kwargs: Any) -> None:
            make_built_in_roles(using=kwargs["using"])

        # Django's own signal: the only hook that also runs after `flush` has emptied the tables
        post_migrate.connect(
            after_migrate, sender=self, weak=False, dispatch_uid="accounts.built_in_roles"
        )
