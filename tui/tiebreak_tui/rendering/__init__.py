"""From text to what is painted: wrapping, Markdown, JSON, word differences. Knows Rich and strips, but no app."""
