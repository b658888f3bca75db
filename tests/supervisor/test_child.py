"""A child that cannot outlive its parent, both ways: by the kernel, and by watching."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import environment, is_gone, running, wait_until

PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "webapp.supervisor.child", "--parent", str(os.getpid()), *sys.argv[1:]])
time.sleep(600)
"""
COMMAND = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
partial = pathlib.Path(sys.argv[1] + ".part")
partial.write_text(str(os.getpid()))
partial.rename(sys.argv[1])
time.sleep(600)
"""


@pytest.mark.parametrize("mode", [[], ["--resident"]], ids=["kernel", "resident"])
def test_a_command_goes_with_a_parent_that_was_killed(mode: list[str], tmp_path: Path) -> None:
    note = tmp_path / "pid"
    command = ["-c", PARENT, *mode, "--", sys.executable, "-c", COMMAND, str(note)]
    with running(command, environment(tmp_path)) as parent:
        wait_until(note.exists, "the command runs")
        pid = int(note.read_text(encoding="utf-8"))
        assert not is_gone(pid)
        parent.kill()
        parent.wait()
        wait_until(lambda: is_gone(pid), "the command is gone")


@pytest.mark.parametrize("mode", [[], ["--resident"]], ids=["kernel", "resident"])
def test_a_command_whose_parent_is_gone_already_does_not_run(mode: list[str], tmp_path: Path) -> None:
    note = tmp_path / "pid"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    wrapper = ["-m", "webapp.supervisor.child", "--parent", str(gone.pid), *mode]
    with running([*wrapper, "--", sys.executable, "-c", COMMAND, str(note)], environment(tmp_path)) as child:
        assert child.wait(30) != 0


@pytest.mark.parametrize("mode", [[], ["--resident"]], ids=["kernel", "resident"])
def test_the_status_of_the_command_passes_through(mode: list[str], tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys; sys.exit(subprocess.call([sys.executable, '-m', 'webapp.supervisor.child',"
        " '--parent', str(os.getpid()), *sys.argv[1:]]))"
    )
    with running(["-c", code, *mode, "--", sys.executable, "-c", "raise SystemExit(7)"], environment(tmp_path)) as one:
        assert one.wait(30) == 7
