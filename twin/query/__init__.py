"""Named SQL over snapshots, cached, and encoded for the map."""

from twin.query.encode import ENCODER, encode
from twin.query.service import Answer, QueryService, Status

__all__ = ["ENCODER", "Answer", "QueryService", "Status", "encode"]
