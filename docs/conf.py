"""The documentation as a site: `make site`."""

project = "MIX"
author = "the MIX contributors"
language = "en"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
html_theme = "furo"
html_title = "MIX"
html_static_path: list[str] = []
html_show_copyright = False
html_show_sphinx = False
exclude_patterns = ["_site"]
