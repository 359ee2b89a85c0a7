"""From the command line to Django: --data and `up`'s options into the environment, faults into sentences."""

import atexit
import gc
import os
import sys
from pathlib import Path

from dashboard.bootstrap.errors import StartError, from_oserror, say
from dashboard.supervisor import lifeline

PROCESSES = ("web", "worker", "beat", "link", "gate")


def run(argv: list[str]) -> int:
    """Run one command; its exit status."""
    atexit.register(_end)
    lifeline.hold()
    try:
        if argv[1:2] == ["test"]:
            from dashboard.cli import testing

            return testing.run(argv[2:])
        words = take_data(argv)
        if words[1:2] == ["up"] and not {"-h", "--help"} & set(words):
            from dashboard.cli import up_options

            up_options.into_environment(words[2:])
        if words[1:2] and words[1] in PROCESSES:
            # by its name, whoever starts it: the vault is closed to `web` (hosts.vault)
            os.environ["HAULOUT_PROCESS"] = words[1]
        check_environment()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
        if words[1:2] and words[1] in PROCESSES and lifeline.ENV not in os.environ:
            # below `up` they were made before
            _wait_for_setup()
        from dashboard.cli import commands

        if words[1:] in commands.ASKED:
            commands.show()
            return 0
        from django.core.management import execute_from_command_line

        _load()
        execute_from_command_line(words)
    except StartError as exc:
        say(str(exc))
        return 1
    except KeyboardInterrupt:
        say("stopped")
        return 130
    except BrokenPipeError:
        # whoever read our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return 0


def _end() -> None:
    """Python would look through all that is loaded for what could go: half a second of a processor,
    for memory that goes with the process. Only the database has to be left in order.
    """
    if "django.db" in sys.modules:
        from django.conf import settings
        from django.db import connections

        if settings.configured:
            connections.close_all()
    gc.freeze()


def _load() -> None:
    """Set Django up. All that this loads stays, so nobody looks through it for what could go."""
    import django

    gc.disable()
    django.setup()
    gc.freeze()
    gc.enable()


def _wait_for_setup() -> None:
    import django

    django.setup()
    from dashboard.supervisor.tables import wait_for_setup

    wait_for_setup()


def take_data(argv: list[str]) -> list[str]:
    """`--data DIR` means HAULOUT_DATA=DIR for every command; the words without it."""
    words, data = [], ""
    rest = iter(argv)
    for word in rest:
        if word == "--data":
            data = next(rest, "")
            if not data:
                raise StartError("--data needs a folder: --data DIR")
        elif word.startswith("--data="):
            data = word.removeprefix("--data=")
        else:
            words.append(word)
    if data:
        os.environ["HAULOUT_DATA"] = str(Path(data).expanduser().absolute())
    return words


def check_environment() -> None:
    """Settings make their key in the data folder, so it must be there and writable by now."""
    from dashboard import env
    from dashboard.supervisor.folders import make_data_folder

    try:
        data = env.read().data
        if os.environ.get("HAULOUT_PROCESS") not in PROCESSES:
            make_data_folder(data)
    except ValueError as exc:
        raise StartError(str(exc)) from exc
    except OSError as exc:
        raise from_oserror(exc, str(exc.filename or "")) from exc
