"""The store of a host as a whole: pruning by plan, checking. One module a verb."""
