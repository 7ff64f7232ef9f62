"""Reports of a difference: text, Markdown, a page of HTML, JSON."""
