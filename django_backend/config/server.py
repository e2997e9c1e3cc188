"""`python -m config.server` starts the backend; the process itself is in `serving`."""

import gc

gc.disable()  # what is imported stays: `main` looks through it once, and not all the while

from serving.server import main  # noqa: E402

if __name__ == "__main__":
    main()
