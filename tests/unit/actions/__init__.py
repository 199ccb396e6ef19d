"""What the bot does, on a storage in memory."""
