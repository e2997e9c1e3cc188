"""The console, where operators make agents: for whoever has signed in, and unknown to others."""
