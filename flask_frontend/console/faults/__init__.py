"""What is wrong with what was typed, and where."""
