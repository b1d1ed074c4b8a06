"""The units that columns may have, and what each means: no other is understood."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# One spelling each, so that nobody has to guess whether two columns may be compared.
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "UTC": "a moment, to the microsecond, in Coordinated Universal Time",
        "s": "seconds",
        "ms": "milliseconds",
        "year": "a calendar year, such as 2026",
        "years": "a number of years",
        "1e-6 deg": "millionths of a degree, WGS 84",
        "deg": "degrees of an angle",
        "mm": "millimetres",
        "cm": "centimetres",
        "m": "metres",
        "m/s": "metres a second",
        "m2": "square metres",
        "m3": "cubic metres",
        "km2": "square kilometres",
        "%": "per cent, from 0 to 100",
        "share": "a share of one, from 0 to 1",
        "cells": "cells of the pack's raster; as a place, counted from 0",
        "count": "the number of a version, from 1",
        "ordinal": "a place in an order, from 1",
        "level": "a degree of a scale, such as priority: 1 is worst, 0 stands for any",
        "code": "digits that name something and are never counted with",
        "events": "events",
        "events/day": "events a day",
        "bikes": "bicycles",
        "homes": "homes",
        "indicators": "indicators",
        "items": "estates, lifts or communities: what the programme of the row renews",
        "persons": "persons",
        "cases": "things that are counted: gaps, hours or verdicts, as the signal says",
        "samples": "values of one series, one after another",
        "weeks": "weeks of 168 hours",
        "records": "records",
        "reports": "events as reported, several of one incident counted each",
        "seats": "seats",
        "10,000 CNY": "ten thousand yuan (万元)",
        "see signal": "as the signal of the row's rule has it: see `twin/contracts/signals.py`",
        "see unit": "as the column `unit` of the same row says",
        "see indicator": "as the column `unit` of the row's indicator in `indicators` says",
    }
)
