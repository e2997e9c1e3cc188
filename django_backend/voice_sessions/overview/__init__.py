"""What operators see of all visitors' sessions."""
