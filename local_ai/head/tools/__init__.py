"""How the language model uses the tools of a request, and that it tells the truth about it."""
