"""`python -m services` is `mingzhang`."""

import sys

from services.main import main

sys.exit(main())
