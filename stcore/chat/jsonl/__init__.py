"""Chats as files in SillyTavern's format: one line of JSON for the chat, then one for each message."""
