"""Names a data folder for this run before Django's settings are read. No test sees a real one."""

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path

# until all is loaded (tests.conftest): eight thousand tests stay, and nothing can go
gc.disable()
DATA = Path(tempfile.mkdtemp(prefix="haulout-test-"))
CHECKOUT = Path(__file__).resolve().parent.parent
# where programs are, and what xdist's processes are to use too
_KEPT = (
    "HAULOUT_LAB_CACHE",
    "HAULOUT_TEST_CALLS",
    "HAULOUT_TEST_CHROMIUM",
    "HAULOUT_TEST_DATABASE_URL",
)

for _name in [name for name in os.environ if name.startswith("HAULOUT_")]:
    if _name not in _KEPT:
        del os.environ[_name]
for _name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(_name, None)
os.environ["HAULOUT_DATA"] = str(DATA)
os.environ["HAULOUT_RUN"] = str(DATA / "run")
os.environ["HAULOUT_PROCESS"] = "test"
if os.environ.get("HAULOUT_TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["HAULOUT_TEST_DATABASE_URL"]
(DATA / "run").mkdir(mode=0o700)
(DATA / "keys").mkdir(mode=0o700)
# collected static files belong here; the middleware warns when the folder is absent
(DATA / "static").mkdir()

_OWNER = os.getpid()


@atexit.register
def _clean() -> None:
    if os.getpid() == _OWNER:
        shutil.rmtree(DATA, ignore_errors=True)
