"""Sphinx's settings for the pages; the title and the version come with the command (`__main__.py`)."""

author = "the authors of the course"
copyright = "the authors of the course. Text and figures CC BY 4.0, code BSD 3-Clause"
extensions = ["myst_nb", "sphinx_design", "sphinx_copybutton", "sphinx-mathjax-offline"]
html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["course.css"]
html_js_files = ["course.js"]
html_favicon = "static/icon.svg"
html_copy_source = False
html_show_sourcelink = False
html_domain_indices = html_use_index = False
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]  # what a widget leaves beside its picture
linkcheck_timeout = 20
