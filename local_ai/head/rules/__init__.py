"""What is answered by rule: facts that the program knows for sure, and what it cannot do."""
