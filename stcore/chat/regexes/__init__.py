"""Regular expressions that change texts by themselves: when they are stored, shown, or put into a prompt."""
