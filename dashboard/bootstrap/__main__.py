"""`python3 -m dashboard.bootstrap`: make the environment ready and do no more (for an image)."""

import sys

from dashboard.bootstrap import begin
from dashboard.bootstrap.errors import StartError, say


def main() -> int:
    """0 when .venv and the browser modules are as locked."""
    try:
        begin.ready(sys.argv)
    except StartError as exc:
        say(str(exc))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
