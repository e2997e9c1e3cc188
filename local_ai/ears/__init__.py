"""Speech recognition: utterances found and recognised, by file and by realtime socket."""
