"""`haulout`, as somebody downloads it, against a whole Haulout with a real host."""

import hashlib
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from uuid import uuid4

import pytest

from tests.bench.running import EMAIL
from tests.lab.hosts import Host, Lab
from tests.lab.troubled import Troubled, broken_stack, troubled
from tests.lab.wait import until
from tests.stack import clean_environment

__all__ = ["broken_stack", "troubled"]

IMAGE = "localhost/busybox"
Done = subprocess.CompletedProcess[str]


class HauloutCommand:
    """`run("ps", "-a")` as a user would type it; the token lies in the file that `login` wrote."""

    def __init__(self, troubled: Troubled, folder: Path) -> None:
        self.file, self.home = folder / "haulout", folder / "home"
        self.url, self.troubled = troubled.stack.url.rstrip("/"), troubled
        self.file.write_bytes(fetched(f"{self.url}/cli/haulout"))
        self.file.chmod(0o755)
        self.home.mkdir()

    @property
    def environ(self) -> dict[str, str]:
        return clean_environment(HOME=str(self.home), XDG_CONFIG_HOME="")

    def words(self, *words: str) -> list[str]:
        return [sys.executable, "-W", "error", str(self.file), *words]

    def run(self, *words: str, given: str = "", **environ: str) -> Done:
        return subprocess.run(
            self.words(*words),
            input=given,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def __call__(self, *words: str, given: str = "") -> str:
        """What it prints; it must succeed."""
        done = self.run(*words, given=given)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def fails(self, *words: str, code: int, given: str = "") -> str:
        """What it says of its failure."""
        done = self.run(*words, given=given)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
        return done.stderr

    def token(self, *options: str) -> str:
        """A token of the administrator."""
        name = ("--name", f"of a test {uuid4()}")
        return self.troubled.stack.manage("user", "token", EMAIL, *name, *options).split()[-1]


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        return bytes(answer.read())


@pytest.fixture
def host(lab: Lab) -> Host:
    return lab.hosts[0]


@pytest.fixture
def haulout(troubled: Troubled, tmp_path: Path) -> HauloutCommand:
    """Signed in as the administrator."""
    command = HauloutCommand(troubled, tmp_path)
    command("login", command.url, given=command.token())
    return command


def test_signing_in(troubled: Troubled, tmp_path: Path) -> None:
    command = HauloutCommand(troubled, tmp_path)
    told = fetched(f"{command.url}/cli/haulout.sha256").decode()
    assert told == f"{hashlib.sha256(command.file.read_bytes()).hexdigest()}  haulout\n"
    assert "haulout login" in command.fails("hosts", code=3)
    assert "starts with haulout_" not in command.fails(
        "login", command.url, code=2, given="nothing"
    )
    assert "not valid" in command.fails("login", command.url, code=3, given="haulout_wrong")
    assert not (command.home / ".config").exists()
    secret = command.token("--read-only")
    assert "read only" in command("login", command.url, given=f"{secret}\n")
    kept = command.home / ".config" / "haulout" / "login.json"
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert secret in kept.read_text()
    # for the address that it was given for, and for no other
    assert "not signed in" in command.run("hosts", HAULOUT_URL="http://127.0.0.1:1").stderr
    assert (
        "cannot be reached"
        in command.run("hosts", HAULOUT_URL="http://127.0.0.1:1", HAULOUT_TOKEN=secret).stderr
    )
    assert "TLS" in command.fails("login", "http://192.0.2.1", code=2, given=secret)
    command("logout")
    assert not kept.exists()


def test_a_container_from_run_to_rm(haulout: HauloutCommand, host: Host) -> None:
    assert host.name in haulout("hosts")
    on = ("-c", host.name)
    made = haulout(*on, "run", "-d", "--name", "shop", IMAGE, "sh", "-c", "echo hello; sleep 1000")
    assert host.podman("inspect", "--format", "{{.Id}}", "shop").strip() == made.strip()
    haulout.troubled.seen(made.strip())
    assert "shop" in haulout("ps", "name:shop")
    [row] = json.loads(haulout("--json", "ps", "--filter", "name=shop"))
    assert (row["podman_id"], row["state"]) == (made.strip(), "running")
    assert haulout("ps", "-q", "-f", "name=shop").strip() == made[:12]
    until("its line is in the log", lambda: haulout("logs", "shop") == "hello\n")
    assert haulout("stop", "-t", "0", "shop") == "shop\n"
    assert host.podman("inspect", "--format", "{{.State.Status}}", "shop").strip() == "exited"
    assert haulout("logs", "-f", "shop") == "hello\n"
    haulout("start", made[:12])
    haulout("restart", "-t", "0", "shop")
    assert "running" in haulout.fails("rm", "shop", code=1)
    haulout("rm", "-f", "shop")
    assert "shop" not in host.podman("ps", "-a")
    until("it is gone", lambda: "no container" in haulout.run("logs", "shop").stderr)
    log = json.loads(haulout("--json", "audit", "-n", "5", "verb:container.remove"))
    assert (log[0]["target_name"], log[0]["result"], log[0]["door"]) == ("shop", "ok", "api")


def test_run_in_the_foreground(haulout: HauloutCommand, host: Host) -> None:
    """Its output and its exit code are the container's; with --rm nothing is left of it."""
    words = (
        "run",
        "--rm",
        "--name",
        "once",
        "-e",
        "WHO",
        IMAGE,
        "sh",
        "-c",
        "echo hi $WHO; exit 7",
    )
    done = haulout.run("-c", host.name, *words, WHO="ada")
    assert (done.returncode, done.stdout) == (7, "hi ada\n"), done.stderr
    assert "once" not in host.podman("ps", "-a")
    assert "IMAGE" in haulout.fails("run", "--rm", code=125)
    assert "no-such-flag" in haulout.fails(
        "-c", host.name, "run", "--no-such-flag=1", IMAGE, code=125
    )


def test_jobs_and_refusals(haulout: HauloutCommand, host: Host) -> None:
    haulout.troubled.container(host, "--name", "shop", IMAGE, "sleep", "1000")
    haulout("restart", "-t", "0", "shop")
    [job, *_rest] = json.loads(haulout("--json", "jobs", "list", "verb:container.restart"))
    assert "container.restart" in haulout("jobs", "show", str(job["id"]))
    haulout("jobs", "follow", str(job["id"]))
    assert "container.restart" in haulout("jobs")
    assert "no container other" in haulout.fails("stop", "other", code=1)
    assert host.name in haulout.fails("-c", "nowhere", "stop", "shop", code=1)
    looking = HauloutCommand(haulout.troubled, haulout.home)
    looking("login", looking.url, given=looking.token("--read-only"))
    assert "container.stop" in looking.fails("stop", "shop", code=1)
    missing = haulout.fails("-c", host.name, "pull", "localhost/nothing:here", code=1)
    assert "localhost/nothing:here" in missing


def test_completion(haulout: HauloutCommand, host: Host) -> None:
    """bash itself reads it, and completes commands, options, hosts and names of containers."""
    haulout.troubled.container(host, "--name", "shop", IMAGE, "sleep", "1000")
    folder = haulout.file.parent
    for typed, expected in (
        ("lo", {"login", "logout", "logs"}),
        ("stop sh", {"shop"}),
        (f"-c {host.name[:1]}", {host.name}),
        ("rm --vol", {"--volumes"}),
        ("jobs s", {"show"}),
    ):
        words = ["haulout", *typed.split()]
        script = f"""
        eval "$(haulout completion bash)"
        COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}
        _haulout; printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        environ = {**haulout.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
        found = subprocess.run(
            ["bash", "-c", script], env=environ, capture_output=True, text=True, check=True
        )
        assert expected <= set(found.stdout.split()), (typed, found)
