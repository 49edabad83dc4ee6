"""What can be pressed here, and what each status means."""
