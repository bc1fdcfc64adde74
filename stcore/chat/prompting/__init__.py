"""What the text model is told in a chat: injections, the author's note, presets, and the prompt made of all of it."""
