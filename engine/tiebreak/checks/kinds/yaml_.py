from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, cast

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.patterns import searchable
from tiebreak.checks.structured import unfenced
from tiebreak.checks.words import few
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Yaml(Check):
    """The whole answer is YAML that holds a mapping or a list; with `required`, a mapping that has these fields.

    Plain prose would be YAML too, a single text: it does not pass.
    """

    kind: ClassVar[str] = "yaml"
    example: ClassVar[Example] = Example(
        params={"required": ["order"]}, passes="order: 7\nitems: [a, b]", fails="order: [7"
    )

    required: tuple[str, ...] = ()
    fence: bool = False

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        import yaml

        text = searchable(unfenced(response.text) if self.fence else response.text)
        try:
            # Texts alone: neither dates nor tags make anything of what is written.
            parsed: object = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
            return Verdict.of(False, f"not YAML: {error.problem or error.context}{place}")
        except (yaml.YAMLError, ValueError):
            return Verdict.of(False, "not YAML: it holds a character that YAML does not allow")
        except RecursionError:
            return Verdict.of(False, "YAML nested too deeply to be read")
        if not isinstance(parsed, Mapping | list):
            return Verdict.of(False, "a single text, neither a mapping nor a list")
        if not self.required:
            return Verdict.of(True)
        if not isinstance(parsed, Mapping):
            return Verdict.of(False, "YAML, but not a mapping")
        missing = [name for name in self.required if name not in cast("Mapping[object, object]", parsed)]
        return Verdict.of(not missing, f"the field {few(missing)} is missing")
