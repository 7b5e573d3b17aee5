"""The folder that a user works in: what is in it, and how it begins."""

from tiebreak.workspace.policies import default_policy
from tiebreak.workspace.scaffold import init, init_blank, init_sample
from tiebreak.workspace.workspace import Entry, Workspace, is_empty

__all__ = ["Entry", "Workspace", "default_policy", "init", "init_blank", "init_sample", "is_empty"]
