"""The sound of sessions: pieces in a storage, joined when they are heard, gone when deleted."""
