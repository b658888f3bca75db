"""One worker process that does one job, to its end, and says how much memory it needed at most."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from benchmarks.site import open_site
from benchmarks.uploads import work_off
from webapp.database import keep_little
from webapp.domain.actors import SYSTEM
from webapp.extensions import db


def main() -> None:
    """The job's id is the argument, the database's address comes on standard input."""
    url, job_id = sys.stdin.read().strip(), int(sys.argv[1])
    app = open_site(url)
    with app.app_context():
        keep_little(db.engine)  # as `lapak worker` does
        ended = work_off(SYSTEM, job_id)
    told = {"ok": ended.ok, "unchanged": ended.unchanged, "failed": ended.failed}
    print(json.dumps(told | {"peak_mb": peak_mb(), "seconds": ended.check + ended.job}))


def peak_mb() -> float:
    """The most memory this process ever held.

    Linux counts into `ru_maxrss` what the parent held when it started us; `VmHWM` is our own.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
