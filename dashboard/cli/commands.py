"""`manage.py help`: Haulout's own commands, each in a line; Django's stay reachable by name."""

import pkgutil

ORDER = (
    "up",
    "setup",
    "user",
    "access",
    "host",
    "audit",
    "web",
    "worker",
    "beat",
    "link",
    "gate",
    "lab",
    "bench",
)
ASKED: tuple[list[str], ...] = ([], ["help"], ["--help"], ["-h"])


def show() -> None:
    """Print them."""
    import django
    from django.core.management import load_command_class

    django.setup()
    from dashboard.management import commands

    names = [found.name for found in pkgutil.iter_modules(commands.__path__)]
    names.sort(key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    print("usage: manage.py COMMAND [--data DIR] [options]\n")
    for name in names:
        print(f"  {name:8}{load_command_class('dashboard', name).help}")
    print("\nmanage.py COMMAND --help tells a command's options.")
    print("Django's own commands (migrate, shell …): manage.py help --commands lists them all.")
