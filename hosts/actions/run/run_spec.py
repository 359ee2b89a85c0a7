"""From a run order's parameters to Podman's SpecGenerator and to the `podman run` line.

Shapes after pkg/specgen/specgen.go of Podman; the same from 4.x to 6.x for these fields.
"""

import shlex
from typing import Any

from hosts.actions.run.run_ports import port_words

JOB_LABEL = "io.haulout.job"
NETWORK_MODES = ("host", "none", "private", "bridge", "pasta", "slirp4netns")


def build(params: dict[str, Any], env: dict[str, str], *, job_id: int) -> dict[str, Any]:
    """The body of `containers/create`. `params` as run_container.Params makes them."""
    spec: dict[str, Any] = {
        "image": params["image"],
        "raw_image_name": params["image"],
        "labels": {**params.get("labels", {}), JOB_LABEL: str(job_id)},
    }
    optional = {
        "name": params.get("name"),
        "command": params.get("command"),
        "env": env,
        "portmappings": [_port(port) for port in params.get("ports", [])],
        "mounts": [_bind(v) for v in params.get("volumes", []) if v["kind"] == "bind"],
        "volumes": [_named(v) for v in params.get("volumes", []) if v["kind"] == "volume"],
        "pod": params.get("pod"),
        "terminal": params.get("tty"),
        "stdin": params.get("interactive"),
        "remove": params.get("remove"),
        "resource_limits": _limits(params),
        "userns": _userns(params.get("userns", "")),
    }
    spec.update({key: value for key, value in optional.items() if value})
    policy = params.get("restart", "no")
    if policy != "no":
        spec["restart_policy"] = policy
        if params.get("restart_tries"):
            spec["restart_tries"] = params["restart_tries"]
    spec.update(_network(params.get("network", "")))
    return spec


def _port(port: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in port.items() if value}


def _bind(volume: dict[str, Any]) -> dict[str, Any]:
    options = list(volume["options"])
    if not {"bind", "rbind"} & set(options):
        options.append("rbind")
    return {
        "type": "bind",
        "source": volume["source"],
        "destination": volume["target"],
        "options": options,
    }


def _named(volume: dict[str, Any]) -> dict[str, Any]:
    return {
        "Name": volume["source"],
        "Dest": volume["target"],
        "Options": volume["options"],
        **({} if volume["source"] else {"IsAnonymous": True}),
    }


def _limits(params: dict[str, Any]) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if params.get("memory_bytes"):
        # memory and swap together at most twice the memory, as podman run does it
        limits["memory"] = {
            "limit": params["memory_bytes"],
            "swap": 2 * params["memory_bytes"],
        }
    if params.get("cpus"):
        limits["cpu"] = {"quota": round(params["cpus"] * 100_000), "period": 100_000}
    if params.get("pids"):
        limits["pids"] = {"limit": params["pids"]}
    return limits


def _userns(text: str) -> dict[str, str]:
    mode, _colon, value = text.partition(":")
    return {"nsmode": mode, **({"value": value} if value else {})} if mode else {}


def _network(network: str) -> dict[str, Any]:
    if not network:
        return {}
    if network in NETWORK_MODES:
        return {"netns": {"nsmode": network}}
    return {"netns": {"nsmode": "bridge"}, "Networks": {network: {}}}


def run_line(params: dict[str, Any], env_names: list[str]) -> str:
    """The `podman run` line that does the same; values of the environment are left out."""
    words = ["podman", "run", "-d"]
    if params.get("pull", "missing") != "missing":
        words.append(f"--pull={params['pull']}")
    if params.get("name"):
        words += ["--name", params["name"]]
    if params.get("pod"):
        words += ["--pod", params["pod"]]
    for key in env_names:
        words += ["-e", key]
    for port in params.get("ports", []):
        words += ["-p", port_words(port)]
    for volume in params.get("volumes", []):
        parts = [volume["source"], volume["target"], ",".join(volume["options"])]
        words += ["-v", ":".join(part for part in parts if part)]
    if params.get("restart", "no") != "no":
        tries = params.get("restart_tries")
        words.append(f"--restart={params['restart']}" + (f":{tries}" if tries else ""))
    if params.get("cpus"):
        words.append(f"--cpus={params['cpus']:g}")
    if params.get("memory_bytes"):
        words.append(f"--memory={size_words(params['memory_bytes'])}")
    if params.get("pids"):
        words.append(f"--pids-limit={params['pids']}")
    for flag, key in (("--network", "network"), ("--userns", "userns")):
        if params.get(key):
            words += [flag, params[key]]
    for key, value in params.get("labels", {}).items():
        words += ["--label", f"{key}={value}"]
    words += [
        flag
        for flag, key in (("-t", "tty"), ("-i", "interactive"), ("--rm", "remove"))
        if params.get(key)
    ]
    return shlex.join([*words, params.get("image") or "IMAGE", *params.get("command", [])])


def size_words(size_bytes: int) -> str:
    """As `podman run --memory` takes it: `512m`, `2g`, plain bytes where nothing divides."""
    for power, unit in ((3, "g"), (2, "m"), (1, "k")):
        if size_bytes and size_bytes % 1024**power == 0:
            return f"{size_bytes // 1024**power}{unit}"
    return str(size_bytes)
