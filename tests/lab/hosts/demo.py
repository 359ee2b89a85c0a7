"""Life for the demo hosts: what a person wants to see, troubles included."""

from .host import Host
from .lab import Lab


def fill(lab: Lab) -> None:
    """Run the demo containers on every host. Doing it again changes nothing."""
    for host in lab.hosts:
        _fill_host(host)


def _run(host: Host, name: str, *arguments: str, user: str = "root") -> None:
    """`podman run -d` under that name, unless there is one of that name."""
    names = host.podman("ps", "-a", "--format", "{{.Names}}", user=user).split()
    if name not in names:
        host.podman("run", "-d", "--name", name, *arguments, user=user)


def _fill_host(host: Host) -> None:
    port = str(8000 + host.number)
    _run(host, "web", "-p", f"{port}:8080", "--label", "app=shop", "--restart=always", "web")
    _run(host, "chatty", "-e", "LINES_PER_S=5", "--label", "app=shop", "logger")
    if host.number == 1:
        _run(host, "crash-loop", "--restart=always", "crasher")
        _pod(host)
    if host.number == 2:
        _unhealthy(host)
        _run(host, "finished", "busybox", "sh", "-c", "echo all done")
    for user in host.users:
        _run(host, "my-web", "-p", "9080:8080", "web", user=user)
        _run(host, "my-notes", "logger", user=user)


def _pod(host: Host) -> None:
    if "shop" not in host.podman("pod", "ps", "--format", "{{.Name}}").split():
        host.podman("volume", "create", "--ignore", "shop-data")
        host.podman("pod", "create", "--name", "shop", "-p", "8090:8080")
        host.podman("run", "-d", "--pod", "shop", "--name", "shop-front", "web")
        host.podman(
            "run", "-d", "--pod", "shop", "--name", "shop-stock", "-v", "shop-data:/data", "logger"
        )


def _unhealthy(host: Host) -> None:
    _run(
        host,
        "sickly",
        "--health-cmd=test -e /tmp/well",
        "--health-interval=5s",
        "--health-retries=2",
        "logger",
    )
    host.start_health_checks(interval_s=5)
