"""What went wrong, as one line that says what to do. Nothing here prints a traceback."""

import errno
import sys


class StartError(Exception):
    """One sentence for a person: what happened and what to do about it."""


def say(line: str) -> None:
    """A line of progress on stderr (stdout belongs to the command)."""
    sys.stderr.write("haulout: {}\n".format(line))
    sys.stderr.flush()


def from_oserror(exc: OSError, path: str) -> StartError:
    """The sentence for an operating system's refusal at `path`."""
    if exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return StartError(
            "the disk is full at {}: free some space, then run this again".format(path)
        )
    if exc.errno in (errno.EACCES, errno.EPERM):
        return StartError(
            "no right to write to {}: give this account the right (chown), "
            "or use a folder of its own".format(path)
        )
    if exc.errno == errno.EROFS:
        return StartError("{} is on a read-only file system: use another folder".format(path))
    if exc.errno == errno.ENAMETOOLONG:
        return StartError("the path {} is too long: use a shorter folder".format(path))
    if exc.errno in (errno.EEXIST, errno.ENOTDIR):
        return StartError("{} is a file, or below one: use a folder".format(path))
    return StartError("{}: {}".format(path, exc.strerror or exc))


# what pip, npm, venv and apt print, and the sentence that a person needs instead
SIGNS = (
    (
        ("No space left on device", "ENOSPC", "Disk quota exceeded"),
        "the disk is full: free some space",
    ),
    (
        ("DO NOT MATCH THE HASHES", "EINTEGRITY"),
        "a downloaded package differs from the pinned one (wrong hash): check the mirror or "
        "proxy in between",
    ),
    (
        (
            "NewConnectionError",
            "NameResolutionError",
            "Temporary failure in name resolution",
            "Failed to establish a new connection",
            "Network is unreachable",
            "ConnectTimeoutError",
            "ReadTimeoutError",
            "Connection refused",
            "Could not resolve",
            "EAI_AGAIN",
            "ENOTFOUND",
            "ECONNREFUSED",
            "ETIMEDOUT",
            "ENETUNREACH",
            "ProxyError",
            "Temporary failure resolving",
        ),
        "the package index cannot be reached: check the network, or set the proxy or mirror "
        "(HTTPS_PROXY, pip.conf, .npmrc)",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "SELF_SIGNED_CERT", "UNABLE_TO_GET_ISSUER"),
        "the certificate of the package index is not trusted here: set your authority "
        "(PIP_CERT, NODE_EXTRA_CA_CERTS)",
    ),
    (
        ("Permission denied", "EACCES"),
        "no right to write there: give this account the right (chown)",
    ),
    (
        ("No matching distribution found", "Could not find a version"),
        "the configured package index has no matching version of a pinned package for this Python",
    ),
)


def from_output(what: str, output: str) -> StartError:
    """The sentence for a program that failed: a known sign, else its own last words."""
    for signs, sentence in SIGNS:
        if any(sign in output for sign in signs):
            return StartError("{} failed: {}, then run this again".format(what, sentence))
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    marked = [
        line for line in lines if line.lower().startswith(("error", "e:", "npm err", "npm error"))
    ]
    last = (marked or lines or ["it gave no reason"])[-1]
    return StartError("{} failed: {}".format(what, last[:300]))
