"""Hosts: the list, one host, the wizard that adds one, and all changes of a host."""
