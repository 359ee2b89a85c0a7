"""Jobs that wait for a second person: what each would do, who asked and why, approve or refuse."""
