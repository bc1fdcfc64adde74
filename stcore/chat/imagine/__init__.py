"""The way of a picture through a chat: from a wish to a request (DESIGN.md, the way of a picture)."""
