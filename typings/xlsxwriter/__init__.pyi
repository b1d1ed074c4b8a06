# What the house uses of XlsxWriter, whose own types are partial.

from .workbook import Workbook as Workbook
