"""Characters: what is kept of them, their cards in every common format, how they are found."""
