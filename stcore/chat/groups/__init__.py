"""Groups: several characters in one chat, and whose turn it is."""
