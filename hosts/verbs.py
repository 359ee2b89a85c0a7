"""Every verb of the domain, with words that say what it permits. Roles store these names."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import Verb, register
from audit.params import allow

VIEWER, OPERATOR, ADMIN = "viewer", "operator", "admin"

for verb in (
    # hosts and endpoints
    Verb("host.view", _("See hosts"), _("See hosts and how they stand"), "host", VIEWER),
    Verb("host.add", _("Add hosts"), _("Register hosts, logins and endpoints"), "host", ADMIN),
    Verb("host.edit", _("Edit hosts"), _("Change, disable, accept a new host key"), "host", ADMIN),
    Verb("host.remove", _("Remove hosts"), _("Take a host out of Haulout"), "host", ADMIN),
    Verb("host.doctor", _("Examine hosts"), _("Run the doctor, reconnect"), "host", OPERATOR),
    Verb("group.edit", _("Edit groups"), _("Make, rename, remove groups"), "host", ADMIN),
    # containers
    Verb("container.view", _("See containers"), _("See containers"), "container", VIEWER),
    Verb("container.inspect", _("Inspect"), _("Read all of a container"), "container", VIEWER),
    Verb("container.logs", _("Read logs"), _("Follow logs"), "container", VIEWER),
    Verb("container.environment", _("Environment"), _("See values"), "container", OPERATOR),
    Verb("container.run", _("Run containers"), _("Create and start"), "container", OPERATOR),
    Verb("container.start", _("Start containers"), _("Start"), "container", OPERATOR),
    Verb("container.stop", _("Stop containers"), _("Stop"), "container", OPERATOR),
    Verb("container.restart", _("Restart containers"), _("Restart"), "container", OPERATOR),
    Verb("container.kill", _("Kill containers"), _("Send a signal"), "container", OPERATOR),
    Verb("container.pause", _("Pause containers"), _("Pause"), "container", OPERATOR),
    Verb("container.unpause", _("Unpause containers"), _("Unpause"), "container", OPERATOR),
    Verb("container.remove", _("Remove containers"), _("Remove"), "container", OPERATOR),
    # pods
    Verb("pod.view", _("See pods"), _("See pods"), "pod", VIEWER),
    Verb("pod.inspect", _("Inspect pods"), _("Read all of a pod"), "pod", VIEWER),
    # images
    Verb("image.view", _("See images"), _("See images"), "image", VIEWER),
    Verb("image.inspect", _("Inspect images"), _("Read all of an image"), "image", VIEWER),
    Verb("image.pull", _("Pull images"), _("Pull from registries"), "image", OPERATOR),
    Verb("image.remove", _("Remove images"), _("Remove"), "image", OPERATOR),
    # volumes and networks
    Verb("volume.view", _("See volumes"), _("See volumes"), "volume", VIEWER),
    Verb("volume.inspect", _("Inspect volumes"), _("Read all of a volume"), "volume", VIEWER),
    Verb("network.view", _("See networks"), _("See networks"), "network", VIEWER),
    Verb("network.inspect", _("Inspect networks"), _("Read all of a network"), "network", VIEWER),
    # jobs and credentials
    Verb("job.view", _("See jobs"), _("See jobs and their output"), "job", VIEWER),
    Verb("job.cancel", _("Cancel jobs"), _("Cancel jobs of others"), "job", OPERATOR),
    Verb(
        "registry.view",
        _("See registries"),
        _("See whose credentials are kept"),
        "registry",
        VIEWER,
    ),
    Verb("registry.edit", _("Edit registries"), _("Keep or erase credentials"), "registry", ADMIN),
):
    register(verb)

# parameters that an entry may hold as they are, beside those that audit allows every verb;
# values of environment, labels and commands stay keyed hashes
allow("container.run", "ports", "env_names", "pids", "restart_tries")
allow("host.add", "sockets")
allow("host.edit", "host_key", "login", "public_key", "removed_socket")
allow("registry.edit", "username")
