"""A report as a file: CSV for a spreadsheet, JSON for a program, HTML for people. See docs/model.md, "Reports"."""

from tui.report_files.as_csv import write_csv
from tui.report_files.as_html import write_html
from tui.report_files.as_json import write_json

__all__ = ["write_csv", "write_html", "write_json"]
