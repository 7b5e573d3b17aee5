"""Takes answers, votes and verdicts that came about elsewhere into the store: whole, once, and with what was refused.

Answers become a session of the kind `import`, with a run for each side. Votes become ballots of named raters, on answers
that are there or on placeholders. A judge's verdicts become labels of a rater `judge:NAME`: kept and exported, but no
votes, so that no win rate and no gate counts them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tiebreak.datasets.importing import Reject, source_hash
from tiebreak.errors import ImportFormatError, UsageError
from tiebreak.records import ROLES, Config, Dataset, Policy, SessionRole, Vote, canonical_json, digest
from tiebreak.scoreboard import Scoreboard
from tiebreak_store import ImportedRecords, ImportReject, StoredSession
from tiebreak_workbench.import_begin import begin, dataset_of, policy_for
from tiebreak_workbench.import_records import Desk, Progress
from tiebreak_workbench.import_report import ImportReport, untold
from tiebreak_workbench.import_sheet import WHATS, Sheet, What, read_sheet
from tiebreak_workbench.workbench import Workbench
