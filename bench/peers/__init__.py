"""Voice agents of other projects, measured beside ours in the same run."""
