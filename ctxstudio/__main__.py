"""`python -m ctxstudio`."""

import sys

from ctxstudio.main import main

if __name__ == "__main__":
    sys.exit(main())
