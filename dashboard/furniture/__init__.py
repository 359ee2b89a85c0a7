"""What pages have in common, and the REST API with them: a page imports these, and never another page."""
