"""Whatever is written over a pack, reading it ends in sentences, never in a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from twin.pack import check_pack

TRIO = Path(__file__).resolve().parent.parent / "cities" / "trio"
NAMES = sorted(
    path.relative_to(TRIO).as_posix() for path in TRIO.rglob("*") if path.is_file()
)
SCRAPS = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [
            b"",
            b"\n",
            b",",
            b'"',
            b"[",
            b"]",
            b"{}",
            b"null",
            b"-1",
            b"1e999",
            b"nan",
            b"true",
            b'"x"',
            b"[x]\n",
            b"\x00",
            b"=",
            b"\xef\xbb\xbf",
        ]
    ),
)
LAND = "geography/land.geojson"
KEYS = (
    "id",
    "zone",
    "layers",
    "credit",
    "geography",
    "raster",
    "cameras",
    "census",
    "slots",
    "freshness",
    "schedule",
    "feeds",
)
VALUES = (
    "3",
    '""',
    "[]",
    "[3]",
    "{}",
    "{a = 1}",
    "true",
    "nan",
    "{city = 3}",
    "{brief = 3}",
    "1979-05-27",
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the made-up city's pack, mended after each example."""
    return Path(shutil.copytree(TRIO, tmp_path_factory.mktemp("fuzz") / "trio"))


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from(NAMES),
    at=st.floats(0, 1),
    length=st.integers(0, 40),
    scrap=SCRAPS,
)
@example(name="city.toml", at=0.0, length=10_000, scrap=b"")
@example(name=LAND, at=0.0, length=100_000, scrap=b"[" * 100_000)
@example(name=LAND, at=0.0, length=100_000, scrap=b'{"features":[3]}')
@example(
    name=LAND,
    at=0.0,
    length=100_000,
    scrap=b'{"features":[{"properties":{"district_id":"a"},"geometry":{}}]}',
)
@example(
    name="manifest.json",
    at=0.0,
    length=100_000,
    scrap=b'{"files":{"geography/land.geojson":3}}',
)
@example(name="wall.toml", at=0.0, length=100_000, scrap=b"default = 3")
def test_a_scrap_anywhere_in_a_pack_ends_in_sentences(
    copy: Path, name: str, at: float, length: int, scrap: bytes
) -> None:
    whole = (TRIO / name).read_bytes()
    start = int(at * len(whole))
    (copy / name).write_bytes(whole[:start] + scrap + whole[start + length :])

    told = check_pack(copy)

    (copy / name).write_bytes(whole)
    assert all(isinstance(line, str) and len(line) > 10 for line in told)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", VALUES)
def test_a_setting_of_the_wrong_kind_ends_in_sentences(
    copy: Path, key: str, value: str
) -> None:
    whole = (TRIO / "city.toml").read_text(encoding="utf-8")
    head, *sections = whole.split("\n[")
    kept = [part for part in sections if not part.startswith((f"{key}]", f"{key}."))]
    top = "\n".join(
        line for line in head.splitlines() if not line.startswith(f"{key} =")
    )
    broken = "\n[".join([f"{top}\n{key} = {value}", *kept])
    (copy / "city.toml").write_text(broken, encoding="utf-8")

    told = check_pack(copy)

    (copy / "city.toml").write_text(whole, encoding="utf-8")
    assert all(line.endswith(".") for line in told)
    assert told or (value.startswith("{") and key in {"feeds", "slots"})
