"""Functions that text models may call in their replies."""
