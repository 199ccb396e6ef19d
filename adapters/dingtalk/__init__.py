"""The adapter for DingTalk."""
