"""The LiteLLM lane: every provider that does not speak OpenAI's protocol, through LiteLLM in a process of its own.

LiteLLM takes seconds to import, half a millisecond of CPU for each token, and prints where it likes. So it lives in a
helper process (`helper`, with `mapping` and `refused` at its side), which speaks JSON lines (`protocol`) to the process
with the screen (`process`, `shared`, `target`, `failures`). `catalogue` knows which models go this way.
"""
