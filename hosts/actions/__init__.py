"""All that changes something on a host: one module per verb, with its card, `ask` and `do`.

Pages, API and tasks call `ask`, the worker calls `do`. Nothing else changes a host. A card is a module's
`ACTION`, or is in its `CARDS` if the verb is a stream.
"""

from collections.abc import Iterable
from importlib import import_module
from pkgutil import walk_packages

from hosts import verbs  # noqa: F401 - reads stand first among the rights
from hosts.actions.action import Action
from hosts.cards import cards, register


def register_all(paths: Iterable[str], prefix: str) -> None:
    """Register the cards of all modules in these folders. ImproperlyConfigured names a verb whose card is
    incomplete, and Django does not start.
    """
    for found in walk_packages(paths, prefix):
        module = vars(import_module(found.name))
        for card in (*module.get("CARDS", ()), *filter(None, [module.get("ACTION")])):
            register(card)


register_all(__path__, f"{__name__}.")
ACTIONS: dict[str, Action] = {card.verb: card for card in cards() if isinstance(card, Action)}
