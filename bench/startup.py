"""Start-up: CPU of `tiebreak --help`, and CPU and memory of the app when its first frame is on the terminal.

Real processes: the app runs in a pseudo-terminal, and is read from /proc at the moment its first text arrives (Linux).
"""

import fcntl
import os
import pty
import resource
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

RUNS = 7
COMMAND = [sys.executable, "-m", "tiebreak_cli"]
BARE = [
    sys.executable,
    "-c",
    "from textual.app import App\nfrom textual.widgets import Static\n"
    "class Bare(App):\n    def compose(self):\n        yield Static('Tiebreak')\nBare().run()",
]
"""The least that Textual can do; what it takes here tells how fast this machine and its Python are."""
TICK = os.sysconf("SC_CLK_TCK")


def cpu_of_command(*arguments: str) -> float:
    """CPU in ms, user and system, of a command that ends by itself."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*COMMAND, *arguments], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def first_frame(folder: Path, command: list[str]) -> tuple[float, float, float]:
    """CPU in ms, wall in ms and RSS in MB when the app's first words are on the terminal."""
    began = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ["TERM"] = "xterm-256color"
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = b""
    while b"Tiebreak" not in seen:
        ready, _, _ = select.select([terminal], [], [], 20)
        if not ready:
            raise TimeoutError("no first frame within 20 s")
        seen += os.read(terminal, 65536)
    wall = (time.monotonic() - began) * 1e3
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    cpu = (int(fields[11]) + int(fields[12])) / TICK * 1e3
    status = Path(f"/proc/{pid}/status").read_text()
    rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1e3
    os.kill(pid, signal.SIGTERM)
    while True:
        try:
            if not os.read(terminal, 65536):
                break
        except OSError:
            break
    os.waitpid(pid, 0)
    os.close(terminal)
    return cpu, wall, rss


def main() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # which would have every start compile everything anew
    for arguments, budget in ((("--help",), 150), (("--version",), 150)):
        cpu_of_command(*arguments)  # compiles bytecode
        runs = [cpu_of_command(*arguments) for _ in range(RUNS)]
        print(f"tiebreak {arguments[0]:<10} CPU {statistics.median(runs):6.0f} ms   (budget {budget})")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "datasets").mkdir()
        (folder / "datasets" / "one.jsonl").write_text('{"id": "a", "input": "Hello?"}\n')
        first_frame(folder, COMMAND)
        pairs = [(first_frame(folder, COMMAND), first_frame(folder, BARE)) for _ in range(RUNS)]
    cpu, wall, rss = (statistics.median(column) for column in zip(*(ours for ours, _ in pairs), strict=True))
    bare = statistics.median(frame[0] for _, frame in pairs)
    print(f"first frame         CPU {cpu:6.0f} ms   (budget 300)   wall {wall:.0f} ms   RSS {rss:.0f} MB (budget 80)")
    print(f"a bare Textual app  CPU {bare:6.0f} ms   ours is {cpu / bare:.2f} times that")


if __name__ == "__main__":
    main()
