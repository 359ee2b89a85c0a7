"""What runs, as which user, and how it starts and ends."""

import shlex
from typing import Any

from django.utils.translation import gettext_lazy as _

from hosts.actions.run import run_fields
from hosts.actions.run.table.field import Field, Kind, at, nothing
from hosts.actions.run.table.inspected import InspectedContainer, json_words, lines_of, pairs_of
from hosts.actions.run.table.parsers import (
    command_words,
    joined,
    listed,
    matching,
    number,
    one_line,
    pair_lines,
    pairs,
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


def _command(seen: InspectedContainer) -> str:
    words = seen.words("Cmd")
    # with an entrypoint of its own the image's command does not count
    if words == seen.image_words("Cmd") and not _entrypoint(seen):
        return ""
    return shlex.join(words)


def _entrypoint(seen: InspectedContainer) -> str:
    words = seen.words("Entrypoint")
    return "" if words == seen.image_words("Entrypoint") else shlex.join(words)


def _labels(seen: InspectedContainer) -> str:
    ofimage = seen.image.get("Labels") or {}
    own = (seen.config("Labels") or {}).items()
    return pairs_of(
        {k: v for k, v in own if ofimage.get(k) != v and not k.startswith("io.haulout.")}
    )


def _annotations_read(text: str) -> dict[str, str]:
    found = pairs(text)
    if any(name.startswith("io.haulout.") for name in found):
        # a note of ours is taken for what its container was made by
        raise Refusal(_("Annotations that start with io.haulout. are reserved for Haulout."))
    return found


def _annotations(seen: InspectedContainer) -> str:
    own = (seen.config("Annotations") or {}).items()
    return pairs_of({name: value for name, value in own if not name.startswith(_PODMANS)})


def _restart(seen: InspectedContainer) -> str:
    return str((seen.host("RestartPolicy") or {}).get("Name") or "no")


def _tries(seen: InspectedContainer) -> str:
    return str((seen.host("RestartPolicy") or {}).get("MaximumRetryCount") or "")


def _restarts(spec: dict[str, Any], policy: Any, params: dict[str, Any]) -> None:
    if policy == "no":
        return
    spec["restart_policy"] = policy
    if params.get("restart_tries"):
        spec["restart_tries"] = params["restart_tries"]


def _stop_signal(seen: InspectedContainer) -> str:
    value = seen.config("StopSignal")
    told = number_of(str(value))
    usual = number_of(str(seen.image.get("StopSignal") or "TERM"))
    return "" if told in (0, usual) else signal(str(value))


def _flag(name: str) -> Any:
    return lambda seen: "on" if seen.config(name) else ""


def _host_flag(name: str) -> Any:
    return lambda seen: "on" if seen.host(name) else ""


WHAT = (
    Field("image", _("Image"), one_line, nothing, kind=Kind.OWN, told=True),
    Field(
        "name",
        _("Name"),
        run_fields.name,
        at("name"),
        ("--name",),
        seen=lambda seen: str(seen.inspect.get("Name", "")),
        help=_("Empty: Podman picks a name."),
        hint="shop-web",
        told=True,
        live=True,
    ),
    Field(
        "command",
        _("Command"),
        run_fields.command,
        at("command"),
        write=shlex.join,
        seen=_command,
        help=_("Replaces the image's command; split as in a shell."),
    ),
    Field(
        "restart",
        _("Restart"),
        lambda text: "" if text == "no" else text,
        _restarts,
        ("--restart",),
        Kind.CHOICE,
        seen=_restart,
        choices=RESTART,
        told=True,
        live=True,
    ),
    Field(
        "tries",
        _("Retries"),
        number(1, 999_999),
        nothing,
        key="restart_tries",
        seen=_tries,
        hint="5",
        told=True,
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
        seen=_entrypoint,
        help=_("Replaces the image's entrypoint; the command becomes its arguments."),
        hint="/bin/sh",
    ),
    Field(
        "workdir",
        _("Working directory"),
        matching(r"/[^\x00-\x1f]*", _("“%s” must start with “/”.")),
        at("work_dir"),
        ("--workdir", "-w"),
        seen=lambda seen: (
            ""
            if seen.config("WorkingDir") == (seen.image.get("WorkingDir") or "/")
            else str(seen.config("WorkingDir") or "")
        ),
        hint="/srv/shop",
        told=True,
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
        seen=lambda seen: str(seen.own("User") or ""),
        hint="1000:1000",
        told=True,
    ),
    Field(
        "group_add",
        _("More groups"),
        listed(matching(r"[A-Za-z0-9_.$-]+", _("“%s” is not a group."))),
        at("groups"),
        ("--group-add",),
        Kind.LINES,
        write=joined,
        seen=lambda seen: lines_of(seen.host("GroupAdd")),
        told=True,
    ),
    Field(
        "stop_signal",
        _("Stop signal"),
        signal,
        at("stop_signal", number_of),
        ("--stop-signal",),
        seen=_stop_signal,
        hint="SIGTERM",
        told=True,
    ),
    Field(
        "stop_timeout",
        _("Seconds until it is killed"),
        number(0, 1_000_000),
        at("stop_timeout"),
        ("--stop-timeout",),
        seen=lambda seen: (
            "" if seen.config("StopTimeout") in (None, 10) else str(seen.config("StopTimeout"))
        ),
        hint="10",
        told=True,
    ),
    Field(
        "timeout",
        _("Maximum run time, seconds"),
        number(1, 10**9),
        at("timeout"),
        ("--timeout",),
        seen=lambda seen: str(seen.config("Timeout") or ""),
        told=True,
    ),
    Field(
        "timezone",
        _("Time zone"),
        matching(r"[A-Za-z0-9_+/-]+", _("“%s” is not a time zone: write Europe/Berlin or local.")),
        at("timezone"),
        ("--tz",),
        seen=lambda seen: str(seen.config("Timezone") or ""),
        hint="Europe/Berlin",
        told=True,
    ),
    Field(
        "umask",
        _("Umask"),
        matching(r"[0-7]{1,4}", _("“%s” is not a umask: write octal digits such as 0027.")),
        at("umask"),
        ("--umask",),
        seen=lambda seen: (
            "" if seen.config("Umask") in (None, "0022") else str(seen.config("Umask"))
        ),
        hint="0022",
        told=True,
    ),
    Field(
        "systemd",
        _("systemd mode"),
        one_line,
        at("systemd"),
        ("--systemd",),
        Kind.CHOICE,
        choices=SYSTEMD,
        told=True,
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
        told=True,
    ),
    Field(
        "unset_env",
        _("Remove from the image's environment"),
        listed(matching(r"[^=\s]+", _("“%s” is not a valid name."))),
        at("unsetenv"),
        ("--unsetenv",),
        Kind.LINES,
        write=joined,
        told=True,
    ),
    Field(
        "requires",
        _("Start these containers first"),
        listed(matching(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*", _("“%s” is not a container name."))),
        at("dependencyContainers"),
        ("--requires",),
        Kind.LINES,
        write=joined,
        told=True,
    ),
    Field(
        "labels",
        _("Labels"),
        run_fields.labels,
        nothing,
        ("--label", "-l"),
        Kind.LINES,
        write=pair_lines,
        seen=_labels,
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
        seen=_annotations,
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
        told=True,
    ),
    Field(
        "tty",
        _("Terminal (-t)"),
        tick,
        at("terminal"),
        ("-t", "--tty"),
        Kind.TICK,
        seen=_flag("Tty"),
        told=True,
    ),
    Field(
        "interactive",
        _("Keep stdin open (-i)"),
        tick,
        at("stdin"),
        ("-i", "--interactive"),
        Kind.TICK,
        seen=_flag("OpenStdin"),
        told=True,
    ),
    Field(
        "remove",
        _("Remove it when it exits (--rm)"),
        tick,
        at("remove"),
        ("--rm",),
        Kind.TICK,
        seen=_host_flag("AutoRemove"),
        told=True,
    ),
    Field(
        "init",
        _("Run a small init as the first process (--init)"),
        tick,
        at("init"),
        ("--init",),
        Kind.TICK,
        seen=_host_flag("Init"),
        told=True,
    ),
    Field(
        "unset_env_all",
        _("Clear the image's environment (--unsetenv-all)"),
        tick,
        at("unsetenvall"),
        ("--unsetenv-all",),
        Kind.TICK,
        told=True,
    ),
)
