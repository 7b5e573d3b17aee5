"""Values as YAML that reads well and that `reading` reads back as they were."""

import re
from typing import Any, cast

import yaml

from tiebreak.datasets.reading.yamltext import plain_value

WIDTH = 110
_UNSEEN = re.compile("[^\t\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What a block or plain text cannot hold: control characters, and what YAML takes for a line end or a mark."""
_HALF_PAIR = re.compile("[\ud800-\udfff]")


class _Dumper(yaml.SafeDumper):
    """Long texts as block literals; text that could be taken for something else in quotes."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless  # a list is always indented below its key
        super().increase_indent(flow, False)


def _text(dumper: Any, text: str) -> yaml.ScalarNode:
    if _HALF_PAIR.search(text):
        raise ValueError("the text holds half a surrogate pair, which is no character")
    style: str | None = None
    if _UNSEEN.search(text) or not _is_plain(text):
        style = '"'
    elif "\n" in text:
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _is_plain(text: str) -> bool:
    try:
        return plain_value(text) == text
    except ValueError:
        return False


_Dumper.add_representer(str, cast("Any", _text))


def to_yaml(value: object) -> str:
    """A value of JSON types as a YAML document.

    Raises:
        ValueError: for text that no file can hold: half a surrogate pair.
    """
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
