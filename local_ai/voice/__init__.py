"""Speech synthesis: the engines, their process, and the endpoint."""
