"""The words of the pages: which language a request is answered in, and what it says there."""
