"""Run every test; say loudly which were left out for want of a browser.

With RECAUDO_BROWSER=required (as in CI) a missing browser is a failure.
"""

import os
import shutil
import subprocess
import sys

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    command = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    if browser:
        return subprocess.call(command, env={**os.environ, "CHROMIUM": browser})
    notice = (
        "\n*** No Chromium on this machine: the browser tests (tests/e2e) are LEFT OUT. ***\n"
        "*** Install it (Debian: apt-get install chromium) or set CHROMIUM=/path.        ***\n"
    )
    if os.environ.get("RECAUDO_BROWSER") == "required":
        print(notice, file=sys.stderr)
        return 1
    print(notice)
    code = subprocess.call([*command, "-m", "not browser"])
    print(notice)
    return code


if __name__ == "__main__":
    sys.exit(main())
