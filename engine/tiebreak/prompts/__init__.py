"""From a config's prompt and a case to the messages that are sent, and from an app's template to its request.

Templates are Jinja2 in a sandbox, strict: an unknown name is an error, never an empty place. What a case holds is data
and is never read as a template, whatever braces stand in it. A template knows `input` (the last thing the user says),
`messages`, `contexts`, `segment`, `metadata` and `id`, and not the reference: an answer that was told is no evidence.
"""

from tiebreak.prompts.document import read_prompt, written_prompt
from tiebreak.prompts.rendering import PromptRenderer, RequestRenderer
from tiebreak.prompts.sandbox import MAX_OUTPUT, MAX_RANGE
from tiebreak.prompts.trying import Trial, Unrendered, holds_question, leaves_question_out, try_on, unrendered

__all__ = [
    "MAX_OUTPUT",
    "MAX_RANGE",
    "PromptRenderer",
    "RequestRenderer",
    "Trial",
    "Unrendered",
    "holds_question",
    "leaves_question_out",
    "read_prompt",
    "try_on",
    "unrendered",
    "written_prompt",
]
