"""A chat with any server of OpenAI's API: what it is asked, what it answers, what of it is kept."""
