import sys

from kuramori_verify.cli import main

sys.exit(main())
