"""The columns of triage alone, without a database of answers: a million made-up rows kept, read again and filtered.

python bench/triage_columns.py [ROWS]
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from comparison import peak
from triage import KEYS, took

from tiebreak.triage import CLASSES, Table, View, parse_filter
from tiebreak.triage.columns import CODED, FIGURES, decoded, encoded
from tiebreak_store.triage import Marks
from tiebreak_store.triage_index import KeptTable, TriageIndex

CHECKS = ((), ("check0",), ("check1",), ("check0", "check1"), ("check2",))


def table_of(n: int) -> Table:
    chance = np.random.default_rng(1)
    words = dict.fromkeys(CODED, (None, "segment-1", "segment-2", "segment-3"))
    words |= {"row_class": CLASSES, "kind": ("typical", "golden"), "tags": ((), ("vip",))}
    words |= {"worse": CHECKS, "better": CHECKS, "failing": CHECKS}
    codes = {name: chance.integers(0, len(words[name]), n).astype("u1") for name in CODED}
    codes["row_class"].sort()
    return Table(np.arange(n, dtype="i4"), codes, words, {name: chance.random(n) * 2 for name in FIGURES})


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        index = TriageIndex.open(Path(folder) / "triage.db")
        index.keep_table("a", "b", KeptTable(*encoded(table_of(n)), Marks(), {}))
        began = time.process_time()
        kept = index.table("a", "b")
        assert kept is not None
        view = View.of(decoded(kept.head, kept.columns), {})
        print(f"read again: {time.process_time() - began:.3f} s CPU, {len(view.table):,} rows")
        for text in KEYS:
            wanted = parse_filter(text)
            first = took(lambda wanted=wanted: view.first(wanted, 50))
            every = took(lambda wanted=wanted: view.places(wanted))
            print(f"{text}: first hits {first} ms, all {len(view.places(wanted)):,} hits {every} ms")
        index.close()
    print(f"at most {peak()} MB")


if __name__ == "__main__":
    main()
