"""What a person waits for, measured on the audio that reaches them."""
