"""Child of the fault tests: asks for jobs on the data of HAULOUT_DATA, as its administrator.

One JSON line each way: {"ask": "stop_container", "words": […], "named": {…}} to {"job", "took_s"}.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path

import django


def module_of(action: str) -> str:
    """`restart_container` to `hosts.actions.containers.restart_container`: names are told once."""
    import hosts.actions

    folder = Path(hosts.actions.__file__).parent
    [found] = folder.rglob(f"{action}.py")
    return ".".join(("hosts.actions", *found.relative_to(folder).with_suffix("").parts))


def main() -> None:
    django.setup()
    from accounts.models import User
    from dashboard.person import who_of
    from hosts.access import Person

    user = User.objects.get(role__name="admin")
    who = who_of(user, session="", peer="127.0.0.1", forwarded="", door="page")
    person = Person(user, who)
    for line in sys.stdin:
        order = json.loads(line)
        words = [tuple(word) if isinstance(word, list) else word for word in order["words"]]
        action = import_module(module_of(order["ask"]))
        if "options" in order["named"]:
            order["named"]["options"] = action.GuardrailOptions(**order["named"]["options"])
        act = getattr(action, order.get("function", "ask"))
        began = time.monotonic()
        job = act(person, *words, **order["named"])
        took_s = time.monotonic() - began
        print(json.dumps({"job": getattr(job, "pk", None), "took_s": took_s}), flush=True)


if __name__ == "__main__":
    main()
