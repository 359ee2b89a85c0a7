"""Pages of hosts: the list and one host. Adding, changing and the doctor live in pages.joining."""
