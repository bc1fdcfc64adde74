"""``python -m stcore`` is the command ``stcore``."""

from stcore.cli import main

main()
