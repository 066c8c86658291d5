"""How Sphinx makes the site of these pages: `make site`."""

project = "llmrules"
extensions = ["myst_parser"]
myst_heading_anchors = 4  # links such as rules.md#effects hold, as they do where the files are read
nitpicky = True  # a link that leads nowhere fails the build
html_theme = "furo"
html_title = "llmrules"
html_copy_source = False
html_show_copyright = False
html_use_index = False
