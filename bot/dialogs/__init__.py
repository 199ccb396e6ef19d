"""The conversation engine: scripts are generators, replayed from stored answers by key."""
