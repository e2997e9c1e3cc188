"""Sets up, runs and tests the project: `python scripts/dev.py help` lists the commands.

Needs nothing but Python's standard library. This file must still parse on old Pythons, so that
they get a sentence instead of a syntax error; everything else is imported after the check.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
NEWEST_TO_LOOK_FOR = 15

HELP = """usage: make COMMAND, or python scripts/dev.py COMMAND

  run     set up what is missing, start everything, say which address to open
  run-cluster  the same on PostgreSQL and Redis, two of each process, behind HTTPS
  check   what one runs while working: lint, types, and the tests that start no other program
  test    set up, then lint, types, JavaScript and Python tests: everything
  faults  kill, stop, starve and flood the parts of a cluster, and count what was lost
  setup   set up only (setup --tests adds the packages of the tests, setup --extra=deepgram
          what that provider needs; see docs/providers.md)
  manage  run a command of the backend with the settings of `run`: manage agents list,
          manage createsuperuser (make manage ARGS="agents list")
  bench   measure what a person waits for (arguments go to bench/)
  lock    recompile the lock files (lock --upgrade takes newer versions)
  clean   delete what set-up, tests and bench made; .env, data and what was fetched stay
  help    this list

options of run:
  --no-setup         start without looking whether anything is missing, and without migrating
  --procfile FILE    processes to start instead of those in Procfile
  --env-file FILE    settings to read instead of .env
"""


def python_problem(version):  # type: ignore[no-untyped-def]
    """Two sentences for a Python that is too old, or None for one that will do."""
    if tuple(version) >= OLDEST:
        return None
    names = ["python3.%d" % minor for minor in range(NEWEST_TO_LOOK_FOR, OLDEST[1] - 1, -1)]  # noqa: UP031
    found = [name for name in names if _works(name)]
    have = "This is Python %d.%d, and the project needs 3.11 or newer." % tuple(version)[:2]  # noqa: UP031
    if found:
        return have + " Use the newer one that is installed here: make run PYTHON=" + found[0]
    return have + " Install one from https://www.python.org/downloads/ and run this again."


def _works(name):  # type: ignore[no-untyped-def]
    # A name on the PATH may be the shim of a version manager that has no such version active.
    try:
        return subprocess.call([name, "-c", ""], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def main(arguments):  # type: ignore[no-untyped-def]
    """The exit code of one command."""
    problem = python_problem(sys.version_info[:2])
    if problem:
        sys.stderr.write(problem + "\n")
        return 1
    # The commands, and the backend's table of which service talks to which server.
    sys.path[:0] = [str(ROOT), str(ROOT / "django_backend")]
    os.chdir(str(ROOT))
    from scripts import commands

    return commands.main(arguments, HELP)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
