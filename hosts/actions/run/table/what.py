"""What runs, as which user, and how it starts and ends."""

import shlex
from typing import Any

from django.utils.translation import gettext_lazy as _

from hosts.actions.run import run_fields
from hosts.actions.run.table.field import Field, Kind, at, nothing
from hosts.actions.run.table.inspected import InspectedContainer, json_words, lines_of, pairs_of
from hosts.actions.run.table.parsers import (
    command_words,
    join_lines,
    matching,
    number,
    one_line,
    pair_lines,
    pairs,
    separated,
    tick,
)
from hosts.actions.run.table.signals import number_of, signal
from hosts.refusals import Refusal

PULL = (
    ("missing", _("if missing")),
    ("always", _("always")),
    ("newer", _("if the registry has a newer one")),
    ("never", _("never")),
)
RESTART = (
    ("no", _("never")),
    ("on-failure", _("on failure")),
    ("always", _("always")),
    ("unless-stopped", _("unless stopped")),
)
SYSTEMD = (
    ("", _("if the command is systemd")),
    ("always", _("always")),
    ("false", _("never")),
)
# annotations that Podman writes itself
_PODMANS = (
    "io.podman.annotations.",
    "io.container.manager",
    "io.kubernetes.cri-o.",
    "org.opencontainers.image.stopSignal",
    "org.systemd.property.",
    "io.haulout.",
)


def _command(container: InspectedContainer) -> str:
    words = container.words("Cmd")
    # with its own entrypoint the image's command is not used
    if words == container.image_words("Cmd") and not _entrypoint(container):
        return ""
    return shlex.join(words)


def _entrypoint(container: InspectedContainer) -> str:
    words = container.words("Entrypoint")
    return "" if words == container.image_words("Entrypoint") else shlex.join(words)


def _labels(container: InspectedContainer) -> str:
    ofimage = container.image.get("Labels") or {}
    own = (container.config("Labels") or {}).items()
    return pairs_of(
        {k: v for k, v in own if ofimage.get(k) != v and not k.startswith("io.haulout.")}
    )


def _annotations_read(text: str) -> dict[str, str]:
    found = pairs(text)
    if any(name.startswith("io.haulout.") for name in found):
        # a person's note must not pass for Haulout's own
        raise Refusal(_("Annotations that start with io.haulout. are reserved for Haulout."))
    return found


def _annotations(container: InspectedContainer) -> str:
    own = (container.config("Annotations") or {}).items()
    return pairs_of({name: value for name, value in own if not name.startswith(_PODMANS)})


def _restart(container: InspectedContainer) -> str:
    return str((container.host("RestartPolicy") or {}).get("Name") or "no")


def _tries(container: InspectedContainer) -> str:
    return str((container.host("RestartPolicy") or {}).get("MaximumRetryCount") or "")


def _restarts(spec: dict[str, Any], policy: Any, params: dict[str, Any]) -> None:
    if policy == "no":
        return
    spec["restart_policy"] = policy
    if params.get("restart_tries"):
        spec["restart_tries"] = params["restart_tries"]


def _stop_signal(container: InspectedContainer) -> str:
    value = container.config("StopSignal")
    number = number_of(str(value))
    usual = number_of(str(container.image.get("StopSignal") or "TERM"))
    return "" if number in (0, usual) else signal(str(value))


def _flag(name: str) -> Any:
    return lambda container: "on" if container.config(name) else ""


def _host_flag(name: str) -> Any:
    return lambda container: "on" if container.host(name) else ""


WHAT = (
    Field("image", _("Image"), one_line, nothing, kind=Kind.OWN, logged=True),
    Field(
        "name",
        _("Name"),
        run_fields.name,
        at("name"),
        ("--name",),
        from_inspect=lambda container: str(container.inspect.get("Name", "")),
        help=_("Empty: Podman picks a name."),
        hint="shop-web",
        logged=True,
        live=True,
    ),
    Field(
        "command",
        _("Command"),
        run_fields.command,
        at("command"),
        write=shlex.join,
        from_inspect=_command,
        help=_("Replaces the image's command; split as in a shell."),
    ),
    Field(
        "restart",
        _("Restart"),
        lambda text: "" if text == "no" else text,
        _restarts,
        ("--restart",),
        Kind.CHOICE,
        from_inspect=_restart,
        choices=RESTART,
        logged=True,
        live=True,
    ),
    Field(
        "tries",
        _("Retries"),
        number(1, 999_999),
        nothing,
        key="restart_tries",
        from_inspect=_tries,
        hint="5",
        logged=True,
        live=True,
    ),
)

PROCESS = (
    Field(
        "entrypoint",
        _("Entrypoint"),
        command_words,
        at("entrypoint"),
        ("--entrypoint",),
        write=lambda words: (
            words[0] if len(words) == 1 and " " not in words[0] else json_words(words)
        ),
        from_inspect=_entrypoint,
        help=_("Replaces the image's entrypoint; the command becomes its arguments."),
        hint="/bin/sh",
    ),
    Field(
        "workdir",
        _("Working directory"),
        matching(r"/[^\x00-\x1f]*", _("“%s” must start with “/”.")),
        at("work_dir"),
        ("--workdir", "-w"),
        from_inspect=lambda container: (
            ""
            if container.config("WorkingDir") == (container.image.get("WorkingDir") or "/")
            else str(container.config("WorkingDir") or "")
        ),
        hint="/srv/shop",
        logged=True,
    ),
    Field(
        "user",
        _("User"),
        matching(
            r"[A-Za-z0-9_.$-]+(:[A-Za-z0-9_.$-]+)?",
            _("“%s” is not a user: write a name, or uid:gid."),
        ),
        at("user"),
        ("--user", "-u"),
        from_inspect=lambda container: str(container.own("User") or ""),
        hint="1000:1000",
        logged=True,
    ),
    Field(
        "group_add",
        _("More groups"),
        separated(matching(r"[A-Za-z0-9_.$-]+", _("“%s” is not a group."))),
        at("groups"),
        ("--group-add",),
        Kind.LINES,
        write=join_lines,
        from_inspect=lambda container: lines_of(container.host("GroupAdd")),
        logged=True,
    ),
    Field(
        "stop_signal",
        _("Stop signal"),
        signal,
        at("stop_signal", number_of),
        ("--stop-signal",),
        from_inspect=_stop_signal,
        hint="SIGTERM",
        logged=True,
    ),
    Field(
        "stop_timeout",
        _("Seconds until it is killed"),
        number(0, 1_000_000),
        at("stop_timeout"),
        ("--stop-timeout",),
        from_inspect=lambda container: (
            ""
            if container.config("StopTimeout") in (None, 10)
            else str(container.config("StopTimeout"))
        ),
        hint="10",
        logged=True,
    ),
    Field(
        "timeout",
        _("Maximum run time, seconds"),
        number(1, 10**9),
        at("timeout"),
        ("--timeout",),
        from_inspect=lambda container: str(container.config("Timeout") or ""),
        logged=True,
    ),
    Field(
        "timezone",
        _("Time zone"),
        matching(r"[A-Za-z0-9_+/-]+", _("“%s” is not a time zone: write Europe/Berlin or local.")),
        at("timezone"),
        ("--tz",),
        from_inspect=lambda container: str(container.config("Timezone") or ""),
        hint="Europe/Berlin",
        logged=True,
    ),
    Field(
        "umask",
        _("Umask"),
        matching(r"[0-7]{1,4}", _("“%s” is not a umask: write octal digits such as 0027.")),
        at("umask"),
        ("--umask",),
        from_inspect=lambda container: (
            "" if container.config("Umask") in (None, "0022") else str(container.config("Umask"))
        ),
        hint="0022",
        logged=True,
    ),
    Field(
        "systemd",
        _("systemd mode"),
        one_line,
        at("systemd"),
        ("--systemd",),
        Kind.CHOICE,
        choices=SYSTEMD,
        logged=True,
    ),
    Field(
        "sdnotify",
        _("sd-notify mode"),
        matching(
            r"container|conmon|healthy|ignore",
            _("“%s” must be container, conmon, healthy or ignore."),
        ),
        at("sdnotifyMode"),
        ("--sdnotify",),
        hint="container",
        logged=True,
    ),
    Field(
        "unset_env",
        _("Remove from the image's environment"),
        separated(matching(r"[^=\s]+", _("“%s” is not a valid name."))),
        at("unsetenv"),
        ("--unsetenv",),
        Kind.LINES,
        write=join_lines,
        logged=True,
    ),
    Field(
        "requires",
        _("Start these containers first"),
        separated(matching(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*", _("“%s” is not a container name."))),
        at("dependencyContainers"),
        ("--requires",),
        Kind.LINES,
        write=join_lines,
        logged=True,
    ),
    Field(
        "labels",
        _("Labels"),
        run_fields.labels,
        nothing,
        ("--label", "-l"),
        Kind.LINES,
        write=pair_lines,
        from_inspect=_labels,
        help=_("One name=value per line."),
    ),
    Field(
        "annotations",
        _("Annotations"),
        _annotations_read,
        at("annotations", dict),
        ("--annotation",),
        Kind.LINES,
        write=pair_lines,
        from_inspect=_annotations,
        help=_("One name=value per line."),
    ),
    Field(
        "pull",
        _("Pull policy"),
        lambda text: "" if text == "missing" else text,
        nothing,
        ("--pull",),
        Kind.CHOICE,
        choices=PULL,
        logged=True,
    ),
    Field(
        "tty",
        _("Terminal (-t)"),
        tick,
        at("terminal"),
        ("-t", "--tty"),
        Kind.TICK,
        from_inspect=_flag("Tty"),
        logged=True,
    ),
    Field(
        "interactive",
        _("Keep stdin open (-i)"),
        tick,
        at("stdin"),
        ("-i", "--interactive"),
        Kind.TICK,
        from_inspect=_flag("OpenStdin"),
        logged=True,
    ),
    Field(
        "remove",
        _("Remove it when it exits (--rm)"),
        tick,
        at("remove"),
        ("--rm",),
        Kind.TICK,
        from_inspect=_host_flag("AutoRemove"),
        logged=True,
    ),
    Field(
        "init",
        _("Run a small init as the first process (--init)"),
        tick,
        at("init"),
        ("--init",),
        Kind.TICK,
        from_inspect=_host_flag("Init"),
        logged=True,
    ),
    Field(
        "unset_env_all",
        _("Clear the image's environment (--unsetenv-all)"),
        tick,
        at("unsetenvall"),
        ("--unsetenv-all",),
        Kind.TICK,
        logged=True,
    ),
)
