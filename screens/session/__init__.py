"""Session mode: a list called through, one at bat at a time."""
