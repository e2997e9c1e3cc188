"""What the keyless voice hears, how soon it answers and what it says: `python -m bench local`."""
