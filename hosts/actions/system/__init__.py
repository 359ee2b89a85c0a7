"""The store of a host: pruning by plan, and checks. One module per verb."""
