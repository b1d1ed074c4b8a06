"""Named SQL over snapshots, cached, and encoded for the map."""

from twin.query.desk import Answer, Desk, Status
from twin.query.encode import ENCODER, encode

__all__ = ["ENCODER", "Answer", "Desk", "Status", "encode"]
