"""Groups: named sets of hosts."""
