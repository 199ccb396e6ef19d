"""The anonymous relay: what may be kept of a note nobody signed, and when it moves on. Knows no log, no queue and no named table."""
