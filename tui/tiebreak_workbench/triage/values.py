"""What may be decided about a case."""

from collections.abc import Mapping

from tiebreak.errors import UsageError
from tiebreak.records.triage import FIELDS, DecisionField


def checked_values(values: Mapping[DecisionField, str | None]) -> dict[DecisionField, str | None]:
    """
    Raises:
        UsageError: for a status or a cause that is none, and where nothing is to be set.
    """
    from tiebreak.checks.parse import nearest
    from tiebreak.records.triage import CAUSES, STATUSES

    if not values:
        raise UsageError("There is nothing to set.", hint=f"Set one of {', '.join(FIELDS)}.")
    checked: dict[DecisionField, str | None] = {}
    for field, given in values.items():
        value = (given or "").strip() or None
        if field == "status":
            value = value or "open"
        known = {"status": tuple(STATUSES), "cause": tuple(CAUSES)}.get(field)
        if known is not None and value is not None and value not in known:
            raise UsageError(f"There is no {field} “{value}”.", hint=nearest(value, list(known)))
        checked[field] = value
    return checked
