"""The web chat: a chat of our own, for people without a platform, and the demo."""
