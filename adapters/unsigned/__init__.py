"""Unsigned notes in chats: the way in past the inbox, the way out past the outbox. Nothing here is stored or logged."""
