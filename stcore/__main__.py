"""``python -m stcore`` is the command ``stcore``."""

import sys

from stcore.cli import main

sys.exit(main())
