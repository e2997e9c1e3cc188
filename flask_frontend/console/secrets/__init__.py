"""Pages of owners: keys of services, keys of programs, and hosts that are allowed."""
