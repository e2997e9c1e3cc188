"""The secrets of tools, as operators enter them."""
