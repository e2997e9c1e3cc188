"""`python -m config.server` starts the backend; the process itself is in `serving`."""

from serving.server import main

if __name__ == "__main__":
    main()
