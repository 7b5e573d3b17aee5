"""Tiebreak's own dark and light themes. A is blue and B orange in both, which colour-blind readers tell apart."""

from textual.theme import Theme

DARK = Theme(
    name="tiebreak-dark",
    primary="#7aa2f7",
    secondary="#9d9fb3",
    accent="#c0a36e",
    foreground="#d8dae5",
    background="#14161d",
    surface="#1a1d26",
    panel="#232733",
    success="#7fc98b",
    warning="#e5c07b",
    error="#f07a7a",
    dark=True,
    variables={
        "side-a": "#6cb2ff",
        "side-b": "#f2a65a",
        "block-cursor-text-style": "bold",
        "footer-key-foreground": "#e5c07b",
        "footer-background": "#1a1d26",
        "input-selection-background": "#7aa2f7 35%",
        "border": "#3b4152",
        "border-blurred": "#2c3140",
    },
)

LIGHT = Theme(
    name="tiebreak-light",
    primary="#2f5fb3",
    secondary="#5c6170",
    accent="#8a6d1f",
    foreground="#20232c",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e7e4dc",
    success="#2c7a3d",
    warning="#8a5f00",
    error="#b3261e",
    dark=False,
    variables={
        "side-a": "#1d5fb8",
        "side-b": "#a8520a",
        "block-cursor-text-style": "bold",
        "footer-key-foreground": "#8a5f00",
        "footer-background": "#f3f1ec",
        "border": "#b9b4a6",
        "border-blurred": "#d6d2c7",
    },
)

ANSI = "ansi-dark"
"""Used under NO_COLOR: the only theme that then emits no colour codes at all."""
SIDE_DEFAULTS = {"side-a": "ansi_bright_blue", "side-b": "ansi_yellow"}
"""For the themes that are not ours."""
