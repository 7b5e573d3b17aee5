"""What finding anything recorded costs, in a database of 100,000 answers to 50,000 cases.

    python bench/finding.py [ANSWERS]

Indexes everything once, then looks for words of all kinds, a letter more each time as one types. CPU time.
"""

import sys
import tempfile
import time
from pathlib import Path

from comparison import peak
from triage import fill, took

from tiebreak_workbench.past.finding import Finder
from tiebreak_workbench.workbench import Workbench

TYPED = ("refund", "overship presub", "refnud", "case-0012345", "prebill unorder redis", "zzzz")
FIRST = 12
"""Places that the first paint shows."""


def main(answers: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, answers // 2)
        with Workbench.open(folder, {}) as bench:
            began = time.process_time()
            with Finder(bench) as finder:
                finder.catch_up(go_on=lambda: False)
                print(f"the first texts can be found after {time.process_time() - began:.2f} s")
                finder.catch_up()
            size = (folder / ".tiebreak" / "search.db").stat().st_size / 1e6
            print(f"all texts indexed after {time.process_time() - began:.1f} s, {size:.0f} MB, peak {peak()} MB")
            began = time.process_time()
            with Finder(bench) as finder:
                finder.catch_up()
                print(f"opened again, nothing new: {(time.process_time() - began) * 1000:.0f} ms")
                for text in TYPED:
                    each = [text[:end] for end in range(1, len(text) + 1)]
                    first = [took(lambda one=one: finder.find(one, FIRST)) for one in each]
                    full = [took(lambda one=one: finder.find(one), 3) for one in each]
                    slowest = each[first.index(max(first))]
                    print(
                        f"“{text}”, {len(finder.find(text).hits)} hits; a key: first {FIRST} in {min(first):.1f} to "
                        f"{max(first):.1f} ms (slowest “{slowest}”), 50 in at most {max(full):.1f} ms"
                    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
