"""Quick replies: stored scripts and messages, in sets, one button each (spec/stscript.md section 17)."""
