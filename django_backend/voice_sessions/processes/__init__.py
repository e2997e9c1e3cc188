"""What processes tell each other through the record."""
