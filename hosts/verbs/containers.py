"""Containers."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb("container.view", _("See containers"), _("See containers"), "container", VIEWER),
    Verb("container.inspect", _("Inspect"), _("Read all of a container"), "container", VIEWER),
    Verb("container.logs", _("Read logs"), _("Follow logs"), "container", VIEWER),
    Verb("container.stats", _("See statistics"), _("See what it uses"), "container", VIEWER),
    Verb("container.environment", _("Environment"), _("See values"), "container", OPERATOR),
    Verb("container.run", _("Run containers"), _("Create and start"), "container", OPERATOR),
    Verb("container.start", _("Start containers"), _("Start"), "container", OPERATOR),
    Verb("container.stop", _("Stop containers"), _("Stop"), "container", OPERATOR),
    Verb("container.restart", _("Restart containers"), _("Restart"), "container", OPERATOR),
    Verb("container.kill", _("Kill containers"), _("Send a signal"), "container", OPERATOR),
    Verb("container.pause", _("Pause containers"), _("Pause"), "container", OPERATOR),
    Verb("container.unpause", _("Unpause containers"), _("Unpause"), "container", OPERATOR),
    Verb("container.exec", _("Open terminals"), _("Run a shell inside"), "container", OPERATOR),
    Verb("container.attach", _("Attach"), _("Type to the main process"), "container", OPERATOR),
    Verb("container.create", _("Create containers"), _("Create only"), "container", OPERATOR),
    Verb("container.rename", _("Rename containers"), _("Rename"), "container", OPERATOR),
    Verb("container.update", _("Change limits"), _("Change limits live"), "container", OPERATOR),
    Verb("container.init", _("Prepare containers"), _("Prepare"), "container", OPERATOR),
    Verb(
        "container.recreate",
        _("Edit and recreate"),
        _("Replace by a changed one"),
        "container",
        OPERATOR,
    ),
    Verb(
        "container.upgrade",
        _("Pull and recreate"),
        _("Replace by one of the newest image"),
        "container",
        OPERATOR,
    ),
    Verb("container.commit", _("Commit"), _("Make an image of it"), "container", OPERATOR),
    Verb("container.export", _("Export"), _("Download its files"), "container", OPERATOR),
    Verb("container.checkpoint", _("Checkpoint"), _("Freeze to disk"), "container", OPERATOR),
    Verb("container.restore", _("Restore"), _("Go on after a freeze"), "container", OPERATOR),
    Verb("container.healthcheck", _("Check health"), _("Run its check now"), "container", OPERATOR),
    Verb("container.wait", _("Wait"), _("Wait for its end, health, …"), "container", OPERATOR),
    Verb("container.remove", _("Remove containers"), _("Remove"), "container", OPERATOR),
):
    register(verb)

# values of environment, labels and commands stay keyed hashes
allow("container.run", "ports", "env_names", "pids", "restart_tries")
# what is typed later is no parameter; who opens a terminal is told that the command is kept
allow("container.exec", "command", "shell", "directory")
allow("container.watch", "owner")
