"""A case with its answer as JSON, for programs that judge it."""

import json

from tiebreak.records import Case, Response
from tiebreak.records.canonical import plain


def as_request(case: Case, response: Response) -> bytes:
    """`{"case": {…}, "response": {…}}` on one line, ASCII: half a character, which an answer may hold, passes too."""
    return json.dumps({"case": plain(case), "response": plain(response)}).encode()
