"""Tests mirror the code; fakes sit at the lowest seam only (a socket, an SSH server)."""
