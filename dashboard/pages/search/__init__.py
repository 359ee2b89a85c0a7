"""Search from anywhere (Ctrl-K): objects, hosts, jobs, people, entries, pages, commands."""
