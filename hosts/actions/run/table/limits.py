"""How much it may use: memory, processors, processes, disks, files. And its log."""

import re
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts import sizes
from hosts.actions.run import run_fields
from hosts.actions.run.table.disks import DISKS
from hosts.actions.run.table.field import Field, Kind, Params, Spec, at, nothing
from hosts.actions.run.table.inspected import InspectedContainer, lines_of, pairs_of
from hosts.actions.run.table.parsers import (
    join_lines,
    lines,
    matching,
    number,
    optional,
    pair_lines,
    pairs,
    size,
    tick,
)
from hosts.refusals import Refusal

CGROUPS = (
    ("", _("Podman's default")),
    ("enabled", _("yes")),
    ("disabled", _("no")),
    ("no-conmon", _("without its monitor (conmon)")),
    ("split", _("split")),
)
_LIMITS = """as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime
sigpending stack""".split()  # noqa: SIM905


def _put_memory(spec: Spec, limit: Any, params: Params) -> None:
    memory = spec.setdefault("resource_limits", {}).setdefault("memory", {})
    memory["limit"] = limit
    # as podman run: memory and swap together are twice the memory
    memory["swap"] = params.get("memory_swap") or 2 * limit


def _swap(text: str) -> int | None:
    return -1 if text.strip() == "-1" else size(text)


def _swap_words(value: int) -> str:
    return "-1" if value == -1 else sizes.words(value)


def _swap_from_inspect(container: InspectedContainer) -> str:
    swap, memory = int(container.host("MemorySwap") or 0), int(container.host("Memory") or 0)
    return "" if swap in (0, 2 * memory) else _swap_words(swap)


def _cpus_from_inspect(container: InspectedContainer) -> str:
    quota, period = int(container.host("CpuQuota") or 0), int(container.host("CpuPeriod") or 0)
    if quota > 0 and period > 0:
        return f"{quota / period:g}"
    nano = int(container.host("NanoCpus") or 0)
    return f"{nano / 1e9:g}" if nano > 0 else ""


def _put_cpus(spec: Spec, cpus: Any, _params: Params) -> None:
    cpu = spec.setdefault("resource_limits", {}).setdefault("cpu", {})
    cpu |= {"quota": round(cpus * 100_000), "period": 100_000}


def _pids_from_inspect(container: InspectedContainer) -> str:
    limit = int(container.host("PidsLimit") or 0)
    # 2048 is Podman's default
    return "" if limit in (0, 2048) else str(max(limit, -1))


def _rlimit(text: str) -> dict[str, Any]:
    """`nofile=1024:2048` as {"type", "soft", "hard"}; -1 has no limit."""
    name, equals, values = text.partition("=")
    name = name.strip().lower().removeprefix("rlimit_")
    soft, _colon, hard = values.partition(":")
    if name not in _LIMITS or not equals:
        raise Refusal(_now("“%s” is not valid: write nofile=1024:2048.") % text[:80])
    found = []
    for value in (soft, hard or soft):
        if value.strip() in ("-1", "unlimited"):
            found.append(-1)
        elif re.fullmatch(r"[0-9]{1,19}", value.strip()):
            found.append(int(value))
        else:
            raise Refusal(_now("“%s” is not valid: write nofile=1024:2048.") % text[:80])
    if found[1] != -1 and (found[0] == -1 or found[0] > found[1]):
        raise Refusal(_now("The first number (soft) cannot be above the second (hard)."))
    return {"type": name, "soft": found[0], "hard": found[1]}


def _rlimit_words(one: dict[str, Any]) -> str:
    same = one["soft"] == one["hard"]
    return f"{one['type']}={one['soft']}" + ("" if same else f":{one['hard']}")


def _rlimits(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # RLIM_INFINITY
    return [{k: 2**64 - 1 if v == -1 else v for k, v in one.items()} for one in values]


def _rlimits_from_inspect(container: InspectedContainer) -> str:
    found = []
    for one in container.host("Ulimits") or []:
        name = str(one.get("Name") or "").lower().removeprefix("rlimit_")
        # nofile and nproc may be the host's defaults. Setting them again does no harm.
        if name in _LIMITS:
            soft, hard = (max(int(one.get(part) or 0), -1) for part in ("Soft", "Hard"))
            found.append(_rlimit_words({"type": name, "soft": soft, "hard": hard}))
    return lines_of(found)


def _host_value(name: str, usual: tuple[Any, ...] = (0, None, "")) -> Any:
    return lambda container: "" if container.host(name) in usual else str(container.host(name))


def _host_size(name: str) -> Any:
    return lambda container: sizes.words(int(container.host(name))) if container.host(name) else ""


LIMITS = (
    Field(
        "memory",
        _("Memory"),
        optional(run_fields.memory),
        _put_memory,
        ("--memory", "-m"),
        write=sizes.words,
        from_inspect=_host_size("Memory"),
        hint="512m",
        key="memory_bytes",
        logged=True,
        live=True,
    ),
    Field(
        "cpus",
        _("CPUs"),
        optional(run_fields.cpus),
        _put_cpus,
        ("--cpus",),
        write=lambda value: f"{value:g}",
        from_inspect=_cpus_from_inspect,
        hint="0.5",
        logged=True,
        live=True,
    ),
    Field(
        "pids",
        _("Processes"),
        optional(run_fields.pids),
        at("resource_limits.pids.limit"),
        ("--pids-limit",),
        from_inspect=_pids_from_inspect,
        hint="2048",
        logged=True,
        live=True,
    ),
    Field(
        "memory_swap",
        _("Memory and swap together"),
        _swap,
        nothing,
        ("--memory-swap",),
        write=_swap_words,
        from_inspect=_swap_from_inspect,
        help=_("-1 means no limit."),
        hint="1g",
        logged=True,
        live=True,
    ),
    Field(
        "memory_reservation",
        _("Memory reservation"),
        size,
        at("resource_limits.memory.reservation"),
        ("--memory-reservation",),
        write=sizes.words,
        from_inspect=_host_size("MemoryReservation"),
        hint="256m",
        logged=True,
        live=True,
    ),
    Field(
        "memory_swappiness",
        _("Swappiness"),
        number(0, 100),
        at("resource_limits.memory.swappiness"),
        ("--memory-swappiness",),
        from_inspect=_host_value("MemorySwappiness", (0, -1, None)),
        hint="0–100",
        logged=True,
        live=True,
    ),
    Field(
        "cpu_shares",
        _("CPU shares"),
        number(2, 262_144),
        at("resource_limits.cpu.shares"),
        ("--cpu-shares", "-c"),
        from_inspect=_host_value("CpuShares"),
        hint="1024",
        logged=True,
        live=True,
    ),
    Field(
        "cpu_period",
        _("CPU period, µs"),
        number(1000, 1_000_000),
        at("resource_limits.cpu.period"),
        ("--cpu-period",),
        logged=True,
        live=True,
    ),
    Field(
        "cpu_quota",
        _("CPU quota, µs per period"),
        number(-1, 10**9),
        at("resource_limits.cpu.quota"),
        ("--cpu-quota",),
        logged=True,
        live=True,
    ),
    Field(
        "cpuset_cpus",
        _("Only on these CPUs"),
        matching(r"[0-9]+([-,][0-9]+)*", _("“%s” is not valid: write 0-3 or 0,2.")),
        at("resource_limits.cpu.cpus"),
        ("--cpuset-cpus",),
        from_inspect=_host_value("CpusetCpus"),
        hint="0-3",
        logged=True,
        live=True,
    ),
    Field(
        "cpuset_mems",
        _("Only on these memory nodes"),
        matching(r"[0-9]+([-,][0-9]+)*", _("“%s” is not valid: write 0-1 or 0,2.")),
        at("resource_limits.cpu.mems"),
        ("--cpuset-mems",),
        from_inspect=_host_value("CpusetMems"),
        hint="0",
        logged=True,
        live=True,
    ),
    Field(
        "blkio_weight",
        _("Block IO weight"),
        number(10, 1000),
        at("resource_limits.blockIO.weight"),
        ("--blkio-weight",),
        from_inspect=_host_value("BlkioWeight"),
        hint="10–1000",
        logged=True,
        live=True,
    ),
    Field(
        "oom_score_adj",
        _("OOM score"),
        number(-1000, 1000),
        at("oom_score_adj"),
        ("--oom-score-adj",),
        from_inspect=_host_value("OomScoreAdj"),
        hint="-1000–1000",
        logged=True,
    ),
    Field(
        "cgroup_parent",
        _("Parent cgroup"),
        matching(r"[A-Za-z0-9_./@:-]+", _("“%s” is not a valid cgroup.")),
        at("cgroup_parent"),
        ("--cgroup-parent",),
        from_inspect=_host_value("CgroupParent"),
        logged=True,
    ),
    Field(
        "cgroups",
        _("Cgroup mode"),
        str.strip,
        at("cgroups_mode"),
        ("--cgroups",),
        Kind.CHOICE,
        choices=CGROUPS,
        logged=True,
    ),
    *DISKS,
    Field(
        "ulimits",
        _("Ulimits"),
        lines(_rlimit),
        at("r_limits", _rlimits),
        ("--ulimit",),
        Kind.LINES,
        write=lambda values: join_lines(_rlimit_words(value) for value in values),
        from_inspect=_rlimits_from_inspect,
        hint="nofile=1024:2048",
        logged=True,
    ),
    Field(
        "cgroup_conf",
        _("More cgroup settings (v2)"),
        pairs,
        at("unified", dict),
        ("--cgroup-conf",),
        Kind.LINES,
        write=pair_lines,
        from_inspect=lambda container: pairs_of(container.host("CgroupConf")),
        hint="memory.high=1073741824",
        logged=True,
    ),
    Field(
        "oom_kill_disable",
        _("Never kill it when memory runs out (--oom-kill-disable)"),
        tick,
        at("resource_limits.memory.disableOOMKiller"),
        ("--oom-kill-disable",),
        Kind.TICK,
        from_inspect=lambda container: "on" if container.host("OomKillDisable") else "",
        logged=True,
    ),
)
