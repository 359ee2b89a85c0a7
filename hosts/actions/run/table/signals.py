"""Linux signals by name and number. They are the same on all machines that Podman runs on."""

from django.utils.translation import gettext as _

from hosts.refusals import Refusal

_NAMES = """HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT
STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS""".split()  # noqa: SIM905
NUMBERS = {name: number for number, name in enumerate(_NAMES, start=1)}
# 32 and 33 are the C library's own
REALTIME_MIN, REALTIME_MAX = 34, 64


def number_of(text: str) -> int:
    """The number of `SIGTERM`, `term`, `15` or `RTMIN+3`. 0 for anything else."""
    name = text.strip().upper().removeprefix("SIG")
    if name.isdecimal():
        return int(name) if 1 <= int(name) <= REALTIME_MAX else 0
    if name.startswith("RTMIN"):
        rest = name.removeprefix("RTMIN").removeprefix("+") or "0"
        found = REALTIME_MIN + int(rest) if rest.isdecimal() else 0
        return found if found <= REALTIME_MAX else 0
    if name.startswith("RTMAX"):
        rest = name.removeprefix("RTMAX").removeprefix("-") or "0"
        found = REALTIME_MAX - int(rest) if rest.isdecimal() else 0
        return found if found >= REALTIME_MIN else 0
    return NUMBERS.get(name, 0)


def signal(text: str) -> str:
    """The usual name, such as `SIGTERM`. Empty for empty text. Refusal."""
    if not text.strip():
        return ""
    number = number_of(text)
    if not number:
        raise Refusal(_("“%s” is not a signal: write SIGTERM or SIGINT.") % text[:40])
    if number >= REALTIME_MIN:
        return f"RTMIN+{number - REALTIME_MIN}" if number > REALTIME_MIN else "RTMIN"
    return next((f"SIG{name}" for name, value in NUMBERS.items() if value == number), str(number))
