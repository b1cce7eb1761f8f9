"""`python -m kuramori`: the command line."""

import sys

from kuramori.site.cli import main

if __name__ == "__main__":
    sys.exit(main())
