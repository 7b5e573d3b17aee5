from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.structured import unfenced
from tiebreak.checks.words import few, shown
from tiebreak.records import Case, Response

LONGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Xml(Check):
    """The whole answer is well-formed XML, with `root` as its outermost element and each of `elements` inside.

    Names are written as they stand, with their namespace as in {urn:x}name. Entities and document types are refused:
    they could reach for files, or grow without end.
    """

    kind: ClassVar[str] = "xml"
    example: ClassVar[Example] = Example(
        params={"root": "reply", "elements": ["order"]},
        passes="<reply><order>7</order></reply>",
        fails="<reply><order>7</reply>",
    )

    root: str | None = None
    elements: tuple[str, ...] = ()
    fence: bool = False

    def load(self) -> None:
        import defusedxml.ElementTree  # pyright: ignore[reportUnusedImport]  # noqa: F401

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        from xml.etree.ElementTree import ParseError

        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import fromstring

        text = unfenced(response.text) if self.fence else response.text
        if len(text) > LONGEST:
            return Verdict.of(False, f"longer than {LONGEST:,} characters")
        try:
            root = fromstring(text.strip().encode("utf-8", "replace"), forbid_dtd=True)
        except ParseError as error:
            line, column = error.position
            return Verdict.of(False, f"not XML: {str(error).partition(':')[0]} at line {line}, column {column + 1}")
        except (DefusedXmlException, ValueError, LookupError):
            return Verdict.of(False, "it declares a document type, an entity or an unknown encoding")
        if self.root is not None and root.tag != self.root:
            return Verdict.of(False, f"the outermost element is {shown(str(root.tag))}, not {shown(self.root)}")
        found = {element.tag for element in root.iter()}
        missing = [name for name in self.elements if name not in found]
        return Verdict.of(not missing, f"there is no element {few(missing)}")
