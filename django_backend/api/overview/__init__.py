"""What operators see of everybody: sessions, and usage."""
