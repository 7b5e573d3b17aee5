"""What deciding the gates of a policy loads, loaded before anybody waits for a decision."""

from tiebreak.records import Policy
from tiebreak.stats import distributions


def load_for(policy: Policy) -> None:
    """Load the distributions where a gate is judged at a fixed n: else the vote or verdict that is the last one it
    waits for would load them, on the event loop. Not for the event loop."""
    if any(gate.scope == "fixed_n" for of_phase in policy.gates.values() for gate in of_phase):
        distributions.load()
