"""Reports rendered again: as text, Markdown, JUnit and a page; each from the JSON value alone."""
