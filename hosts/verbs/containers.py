"""Containers."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "container.view",
        _("See containers"),
        _("See which containers there are: name, image, state, ports, labels"),
        "container",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "container.inspect",
        _("Inspect"),
        _(
            "Read all of a container: command, mounts, addresses; values of its environment stay masked"
        ),
        "container",
        VIEWER,
        sensitive=True,
    ),
    Verb(
        "container.logs",
        _("Read logs"),
        _(
            "Read and follow what containers print; logs often hold personal data, sometimes passwords"
        ),
        "container",
        VIEWER,
        sensitive=True,
    ),
    Verb(
        "container.stats",
        _("See statistics"),
        _("See what processor, memory, network and disk a container uses"),
        "container",
        VIEWER,
    ),
    Verb(
        "container.environment",
        _("Environment"),
        _(
            "See values of the environment in the clear: passwords and keys; each look is written down"
        ),
        "container",
        OPERATOR,
        sensitive=True,
        needs=("container.inspect",),
    ),
    Verb(
        "container.run",
        _("Run containers"),
        _(
            "Make and start containers; unless a guardrail forbids it, with folders of the host mounted"
        ),
        "container",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "container.privileged",
        _("Make privileged containers"),
        _("Make containers with all rights of their user on the host; with root's Podman: root"),
        "container",
        OPERATOR,
        sensitive=True,
        needs=("container.create",),
    ),
    Verb(
        "container.start",
        _("Start containers"),
        _("Start containers that are there"),
        "container",
        OPERATOR,
    ),
    Verb(
        "container.stop",
        _("Stop containers"),
        _("Stop containers: what they serve is away until they are started"),
        "container",
        OPERATOR,
    ),
    Verb(
        "container.restart",
        _("Restart containers"),
        _("Stop and start containers: what they serve is away for a moment"),
        "container",
        OPERATOR,
    ),
    Verb(
        "container.kill",
        _("Kill containers"),
        _("Send any signal to the main process: unsaved work is lost"),
        "container",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "container.pause",
        _("Pause containers"),
        _("Pause containers: they keep their memory and answer nobody"),
        "container",
        OPERATOR,
    ),
    Verb(
        "container.unpause",
        _("Unpause containers"),
        _("Unpause containers"),
        "container",
        OPERATOR,
    ),
    Verb(
        "container.exec",
        _("Open terminals"),
        _(
            "Run a shell or a command inside: reads and changes all that the container can, secrets too"
        ),
        "container",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "container.attach",
        _("Attach"),
        _("Type to the main process and read its answers"),
        "container",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "container.create",
        _("Create containers"),
        _("Create containers without starting them; the same care as with running them"),
        "container",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "container.rename",
        _("Rename containers"),
        _("Give containers another name; what finds them by name no longer does"),
        "container",
        OPERATOR,
    ),
    Verb(
        "container.update",
        _("Change limits"),
        _("Change limits of memory, processor and processes while it runs"),
        "container",
        OPERATOR,
    ),
    Verb(
        "container.init",
        _("Init containers"),
        _("Init a container so that it starts faster"),
        "container",
        OPERATOR,
    ),
    Verb(
        "container.recreate",
        _("Edit and recreate"),
        _("Replace a container by a changed one: other image, command, mounts, ports, environment"),
        "container",
        OPERATOR,
        sensitive=True,
        needs=("container.inspect",),
    ),
    Verb(
        "container.upgrade",
        _("Pull and recreate"),
        _("Pull the newest image of its name and replace the container by one of it"),
        "container",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "container.commit",
        _("Commit"),
        _("Commit a container to an image, with all files in it, secrets included"),
        "container",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "container.export",
        _("Export"),
        _("Download all files of a container, secrets included"),
        "container",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "container.checkpoint",
        _("Checkpoint"),
        _("Write a container with its memory to disk and stop it"),
        "container",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "container.restore",
        _("Restore"),
        _("Restore a container from a checkpoint"),
        "container",
        OPERATOR,
    ),
    Verb(
        "container.healthcheck",
        _("Check health"),
        _("Run its own health check now"),
        "container",
        OPERATOR,
    ),
    Verb(
        "container.wait",
        _("Wait"),
        _("Wait for its end, its health or a state; changes nothing"),
        "container",
        OPERATOR,
    ),
    Verb(
        "container.remove",
        _("Remove containers"),
        _("Remove containers with all that is written inside them and not in a volume"),
        "container",
        OPERATOR,
        sensitive=True,
    ),
):
    register(verb)

# values of environment, labels and commands stay keyed hashes
allow("container.run", "ports", "env_names", "pids", "restart_tries")
# what is typed later is no parameter; who opens a terminal is told that the command is kept
allow("container.exec", "command", "shell", "directory")
# how a log was taken: followed, or a file of a range
allow("container.logs", "what")
allow("container.watch", "owner")
