"""Keeps the pages true: what they show loads, what the code takes is on them, and what they point at is there."""

import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from tiebreak import records
from tiebreak.checks import check_kinds
from tiebreak.checks.registry import check_kinds as registered
from tiebreak.datasets import FieldMap, load_dataset, read_card
from tiebreak.datasets.import_rows import ALIASES, VOTE_WORDS, AnswerRow, VerdictRow, VoteRow
from tiebreak.datasets.importing import read_answers, read_verdicts, read_votes
from tiebreak.gates import validate_policy
from tiebreak.records import Policy
from tiebreak.records.policies import Metric
from tiebreak.targets.recording_file import Header, RecordedAnswer, RecordedError, index_recording
from tiebreak.workspace.configs import read_config
from tiebreak.workspace.policies import read_policy
from tiebreak_store import Store
from tiebreak_tui.keys import PLACES, load_keymap
from tiebreak_workbench.demo import run_demo
from tiebreak_workbench.replay import RecordedBallots, read_ballots
