"""What answered as one judge in the course of a session."""

from collections.abc import Iterable, Sequence

from tiebreak.records.judges import Judgment
from tiebreak.records.served import Served, ServedLog


def judge_served(judgments: Iterable[Judgment], case_ids: Sequence[str]) -> Served:
    """How served model and fingerprint changed over the judgments of one version, whichever round they are of.

    `case_ids` are those of the plan, in its order.
    """
    numbers = {case_id: number for number, case_id in enumerate(case_ids, start=1)}
    log = ServedLog()
    for one in judgments:
        if one.case_id in numbers:
            log.add(one.id, numbers[one.case_id], one.served_model, one.system_fingerprint)
    return log.served()
