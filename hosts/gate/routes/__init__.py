"""The requests that are open to clients: the table, how a path and its parameters are read, and refusals."""
