"""The words the bot and the platforms share: what comes in, what goes out, and how a message shrinks to what a platform can show."""
