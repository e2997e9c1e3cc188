"""What the backend is told and how it starts.

`http_limits`, which the site shares, lies beside the backend's folder.
"""

import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[2])
if _ROOT not in sys.path:
    sys.path.append(_ROOT)
