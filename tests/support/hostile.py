"""What an attacker, or a careless model, may put anywhere that text from outside is shown."""

import unicodedata

HOSTILE: tuple[str, ...] = (
    "\x1b[31mred\x1b[0m",
    "\x1b[2J\x1b[H",
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x1b]52;c;cm0gLXJmIC8=\x1b\\",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1bP1$tx\x1b\\",
    "\x1b_Gf=100;AAAA\x1b\\",
    "\x9b31mC1 CSI",
    "\x9d52;c;cm0=\x9c",
    "\u202egnp.exe",
    "\u2066isolate\u2069 \u061c \u200e\u200f",
    "pass\u200bword \u2060 \ufeff \u00ad",
    "tag \U000e0041\U000e0042",
    "[@click=app.quit]x[/]",
    "[/nope]",
    "[red]red[/red]",
    "[b",
    "$x {x} %s",
    "\ud800 lone surrogate \udfff",
    "NUL \x00 BEL \x07 BS \x08 VT \x0b FF \x0c DEL \x7f",
    "one\r\ntwo\rthree\u2028four\u2029five\x85six",
    "tab\tstops\t\t日本\tend",
    "👩\u200d🔬 ❤\ufe0f \u200d\u200d\ufe0f",
    "\u0301\u0301e" + "\u0301" * 300,
    "![image](https://evil.example/x.png) [link](javascript:alert(1)) <script>alert(1)</script>",
    "```\x1b]0;title\x07\n```",
    '{"a": "\\u001b[31m\\u202e\\ud800"}',
)

HOSTILE_DOCUMENT = "\n\n".join(HOSTILE)


def is_hostile(character: str) -> bool:
    """Whether a terminal may obey the character, or it hides or reorders text. Says nothing of `tiebreak.sanitise`."""
    if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
        return True
    point = ord(character)
    bidi = unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    invisible = point in (0xAD, 0x61C, 0x200B, 0x200E, 0x200F, 0xFEFF) or 0x2060 <= point <= 0x206F
    return bidi or invisible or 0xE0000 <= point <= 0xE01EF
