"""The browser of the end-to-end tests."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from scripts.problem import Problem
from scripts.setup import apt

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
BROWSER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


def browser(environ: Mapping[str, str], again: str) -> str:
    """The browser for the end-to-end tests, installed with flite where apt-get and root allow."""
    if apt.may_install():
        missing = [] if _find_browser(environ) else ["chromium"]
        apt.install(missing + ([] if shutil.which("flite") else ["flite"]), again)
    found = _find_browser(environ)
    if not found:
        raise Problem(
            "The end-to-end tests need a Chromium or Chrome, and none was found. "
            "Install one (Debian: apt install chromium; macOS: brew install --cask google-chrome; "
            "Windows: winget install Google.Chrome) or set CHROMIUM_PATH to its program."
        )
    if not shutil.which("flite"):
        raise Problem(
            "The end-to-end tests speak with flite, and it is not installed. "
            "Install it (Debian: apt install flite; macOS: brew install flite) "
            "and put it on the PATH."
        )
    return found


def _find_browser(environ: Mapping[str, str]) -> str:
    named = environ.get("CHROMIUM_PATH", "")
    if named and not shutil.which(named):
        raise Problem(
            f"CHROMIUM_PATH is {named}, which is no program. "
            "Set it to the path of a Chromium or Chrome, or unset it."
        )
    places = [named, *BROWSERS, *BROWSER_PLACES]
    return next((found for name in places if name and (found := shutil.which(name))), "")
