"""One request: its client, its host, the object that it names, and what the person may see of the answer."""
