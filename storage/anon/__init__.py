"""The files of the anonymous relay. Knows no log, no queue and no named table."""
