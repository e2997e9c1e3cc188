"""What a request for a reply asks: messages, tools and limits."""
