"""Every report against the same figures counted in plain Python over the raw rows."""
