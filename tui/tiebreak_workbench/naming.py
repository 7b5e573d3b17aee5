"""What a new session is called, and its seed: both easy to say aloud."""

import secrets

from tiebreak.records import utc_now


def session_id() -> str:
    """Day, time and four letters: sorts by time, can be said aloud, and its start is enough to name it."""
    return f"{utc_now():%Y%m%d-%H%M%S}-{''.join(secrets.choice('bcdfghjkmnpqrstvwxz') for _ in range(4))}"


def new_seed() -> int:
    """A seed that is easy to say aloud."""
    return secrets.randbelow(9000) + 1000
