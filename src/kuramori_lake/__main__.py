import sys

from kuramori_lake.cli import main

sys.exit(main())
