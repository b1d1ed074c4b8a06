"""Copy the geography files into the pack: give each outline the pack's ids, write streets.csv and the manifest.

Run: python data/wuhan/scripts/geography.py FOLDER_OF_THE_GEOGRAPHY_FILES
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

PACK = Path(__file__).resolve().parent.parent
ZONES = {"武汉经济技术开发区": "wh-fz-wuhan-jingkai", "东湖新技术开发区": "wh-fz-donghu-gaoxin",
         "东湖生态旅游风景区": "wh-fz-donghu-fengjing"}
POINTS = {"geonames": "GeoNames, CC BY 4.0", "approximate": "hand-entered", "schematic": "computed, only the district is right"}
COPIED = ("districts_display.geojson", "subdistricts.geojson", "water.geojson", "water_lines.geojson",
          "roads.geojson", "landmarks.geojson", "population_2020.csv")
KEPT = ("title", "features", "rows", "source", "licence", "attribution", "accuracy", "caveats")
CAVEATS = {"districts_display.geojson": [
    ("The only geometry of this pack: it is drawn, and points are assigned to districts by it, so that what is seen is what is "
     "counted. Densities use area_km2_source."),
    "A right to redistribute the geometry is not formally established; see README.md.",
    "The map review number covers the source map only, not this altered edition."]}


def with_ids(name: str, text: str) -> str:
    """Answer the file with `district_id` (and `street_code`) as text in each feature, one feature a line."""
    if name not in {"districts_display.geojson", "subdistricts.geojson"}:
        return text
    collection = json.loads(text)
    for feature in collection["features"]:
        props = feature["properties"]
        ids = {"district_id": str(props.pop("adcode"))}
        if "code" in props:
            ids["street_code"] = str(props.pop("code"))
        feature["properties"] = {**ids, **props}
    lines = [json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in collection["features"]]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def write_streets(source: Path) -> None:
    """Write streets.csv from the list of street-level units."""
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (PACK / "streets.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("street_code", "name", "name_en", "district_id", "zone_id", "lon", "lat", "position", "provenance"))
        for row in sorted(rows, key=lambda row: row["code"]):
            zone = row["functional_zone"]
            note = f"china-division 2.7.0 (list); {POINTS[row['position']]} (point)"
            note += f"; in {zone}" if zone and zone not in ZONES else ""
            out.writerow((row["code"], row["name"], row["name_pinyin"], row["adcode"], ZONES.get(zone, ""),
                          row["lng"], row["lat"], row["position"], note))


def main(source: Path) -> None:
    """Write geography/, streets.csv and manifest.json from the folder `source`."""
    given: dict[str, Any] = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    files: dict[str, Any] = {}
    for name in COPIED:
        text = (source / name).read_text(encoding="utf-8")
        data = with_ids(name, text).encode()
        (PACK / "geography" / name).write_bytes(data)
        entry = given["files"][name]
        files[f"geography/{name}"] = {
            "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "made_from_sha256": entry["sha256"],
            **{key: entry[key] for key in KEPT if key in entry}, **({"caveats": CAVEATS[name]} if name in CAVEATS else {})}
    write_streets(source / "subdistricts.csv")
    entry, data = given["files"]["subdistricts.csv"], (PACK / "streets.csv").read_bytes()
    files["streets.csv"] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "made_from_sha256": entry["sha256"],
                            **{key: entry[key] for key in KEPT if key in entry}}
    manifest = {"crs": given["crs"], "coordinate_note": given["coordinate_note"], "map_attribution": given["map_attribution"],
                "not_used": given["not_used"], "files": files}
    (PACK / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
