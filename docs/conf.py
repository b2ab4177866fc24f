"""How Sphinx builds the documents: ``sphinx-build -W -c docs . build/docs``.

The source folder is the root of the repository, so that one link works on a page that is read as
a file and on the same page in the built HTML, to the measurements in ``benchmarks/`` too.
"""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE / "extensions"), str(_HERE.parent)]

import posecheck  # noqa: E402  (found by the line above)

project = "Posecheck"
author = "the authors of Posecheck"
project_copyright = "the authors of Posecheck, Apache-2.0"
version = release = posecheck.__version__

extensions = [
    "myst_parser",  # the pages are Markdown
    "sphinx.ext.autodoc",  # the reference is made from the docstrings
    "sphinx.ext.napoleon",  # which are written as NumPy's are
    "values",  # short signatures of frozen values, and the comments beside their fields
    "house",  # the list of modules, from their first lines
    "rules_table",  # the rules of an exercise, from their values
    "notebooks",  # with the outputs that they were saved with
    "local_only",  # no page may load anything from another host
]
root_doc = "docs/index"
include_patterns = [
    "docs/**", "benchmarks/*.md", "models/README.md", "sample_videos/README.md", "CHANGELOG.md",
]  # fmt: skip
exclude_patterns = ["**/.*", "build", "dist"]

myst_heading_anchors = 3
highlight_language = "text"
default_role = "literal"  # what stands in single backticks in a docstring is code
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_type_aliases = {"Array": "Array", "Mask": "Mask"}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "furo"  # its fonts and scripts come with it
html_title = f"Posecheck {release}"
html_static_path = ["style"]
html_css_files = ["tables.css"]
html_show_sphinx = False
html_copy_source = False
