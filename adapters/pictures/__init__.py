"""Draws what messages show as pictures: as SVG for pages, as PNG for chats."""
