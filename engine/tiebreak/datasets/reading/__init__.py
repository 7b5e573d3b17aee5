"""From text that a person wrote to records, with the line and the field of whatever is wrong."""

from tiebreak.datasets.reading.document import read_document
from tiebreak.datasets.reading.files import read_text
from tiebreak.datasets.reading.located import Loc, Located
from tiebreak.datasets.reading.records import every_problem, read_record, union_member

__all__ = ["Loc", "Located", "every_problem", "read_document", "read_record", "read_text", "union_member"]
