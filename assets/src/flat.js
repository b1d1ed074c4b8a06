// deck.gl's layers for a map that lies flat and looks north. Their shaders can project onto globes, tilted planes and meters;
// a machine without a GPU compiles all of it for each program, which took most of the time to the first map. Here a place is
// so many pixels from the middle of the view, and a layer is the same otherwise. Lines, areas and marks keep deck.gl's form.

import { picking } from '@deck.gl/core';
import { BitmapLayer, GeoJsonLayer, IconLayer, PathLayer, ScatterplotLayer, SolidPolygonLayer } from '@deck.gl/layers';

const RADIANS = Math.PI / 180;
const METERS_PER_DEGREE = 111_319.49;

/** What deck.gl's shaders ask of `project` and `project32`. Common space is CSS px, right and up from the middle of the view. */
const PROJECT = `
layout(std140) uniform projectUniforms {
  vec2 origin;
  vec2 originLow;
  vec2 perDegree;
  vec3 bend;
  vec2 viewportSize;
  vec2 middle;
  vec2 unit;
  float devicePixelRatio;
  float scale;
  float focalDistance;
} project;

const float PI = 3.1415926536;
const int UNIT_COMMON = 0;
const int UNIT_METERS = 1;

vec3 project_position(vec3 position, vec3 position64Low) {
  vec2 away = (position.xy - project.origin) + (position64Low.xy - project.originLow);
  away.y *= 1.0 + away.y * (project.bend.x + away.y * (project.bend.y + away.y * project.bend.z));
  return vec3(away * project.perDegree, 0.0);
}
vec4 project_common_position_to_clipspace(vec4 position) {
  return vec4(position.xy / project.viewportSize * 2.0 + project.middle, 0.0, 1.0);
}
vec4 project_position_to_clipspace(vec3 position, vec3 position64Low, vec3 offset, out vec4 commonPosition) {
  commonPosition = vec4(project_position(position, position64Low) + offset, 1.0);
  return project_common_position_to_clipspace(commonPosition);
}
vec4 project_position_to_clipspace(vec3 position, vec3 position64Low, vec3 offset) {
  vec4 commonPosition;
  return project_position_to_clipspace(position, position64Low, offset, commonPosition);
}
vec2 project_pixel_size_to_clipspace(vec2 pixels) { return pixels / project.viewportSize * 2.0; }
float project_pixel_size(float pixels) { return pixels; }
vec2 project_pixel_size(vec2 pixels) { return pixels; }
float project_size_to_pixel(float meters) { return meters * project.unit.y; }
float project_size_to_pixel(float size, int unit) {
  return size * (unit == UNIT_METERS ? project.unit.y : unit == UNIT_COMMON ? project.unit.x : 1.0);
}
`;

/** A number as the nearest float, and what that leaves. @param {number[]} values */
const split = (values) => [values.map(Math.fround), values.map((value) => value - Math.fround(value))];

/**
 * Mercator's scale at the middle of a view and how it changes to the north, by its first four derivatives: over a city a place is
 * exact to a hundredth of a pixel, at the farthest zoom, seven degrees away and near the pole, to half of one.
 * @param {any} options what deck.gl gives to `project`: viewport, devicePixelRatio
 */
export function placed({ viewport, devicePixelRatio = 1 }) {
  const { longitude, latitude, width, height, scale } = viewport;
  const [tan, cos] = [Math.tan(latitude * RADIANS), Math.cos(latitude * RADIANS)];
  const perDegree = (512 / 360) * scale;
  const [origin, originLow] = split([longitude, latitude]);
  const [x, y] = viewport.project([longitude, latitude]);
  return {
    origin, originLow, devicePixelRatio,
    perDegree: [perDegree, perDegree / cos],
    scale: 1,
    focalDistance: 1,
    bend: [(RADIANS * tan) / 2, (RADIANS ** 2 * (2 * tan ** 2 + 1)) / 6, (RADIANS ** 3 * tan * (6 * tan ** 2 + 5)) / 24],
    viewportSize: [width, height],
    middle: [(x / width) * 2 - 1, 1 - (y / height) * 2],
    unit: [scale, perDegree / cos / METERS_PER_DEGREE],
  };
}

const flat = {
  name: 'project',
  vs: PROJECT,
  getUniforms: (/** @type {any} */ options = {}) => ('viewport' in options ? placed(options) : {}),
  uniformTypes: {
    origin: 'vec2<f32>', originLow: 'vec2<f32>', perDegree: 'vec2<f32>', bend: 'vec3<f32>', viewportSize: 'vec2<f32>',
    middle: 'vec2<f32>', unit: 'vec2<f32>', devicePixelRatio: 'f32', scale: 'f32', focalDistance: 'f32',
  },
};

/** What shaders of deck.gl have for light, for lines that turn with a globe, and for several things under one pointer. */
const CUTS = /** @type {Record<string, [RegExp, string][]>} */ ({
  BitmapLayer: [[/project\.commonOrigin\.xy/, 'vec2(0.0)']],
  PathLayer: [[/mat3 rotationMatrix;\nbool needsRotation[\s\S]*?\n\}\n/, ''], [/if \(needsRotation\) \{\n[\s\S]*?\n\}\n/, '']],
  SolidPolygonLayer: [
    [/vec3 project_offset_normal[\s\S]*?return project_normal\(vector\);\n\}\n/, ''],
    [/if \(solidPolygon\.extruded\) \{\n#ifdef[\s\S]*?\} else \{\n([\s\S]*?)\n\}/, '$1'],
  ],
  picking: [[/for \(int i = 0; i < \d+; i\+\+\) \{[\s\S]*?\n {2}\}\n/, '']],
});

/**
 * A shader without what a flat map has no use for.
 * @param {string} vs @param {string} of whose it is
 * @throws {Error} deck.gl has changed: what was to be cut is not there
 */
function cut(vs, of) {
  return (CUTS[of] ?? []).reduce((text, [pattern, rest]) => {
    if (!pattern.test(text)) throw new Error(`the shader of ${of} has changed: mend CUTS in flat.js`);
    return text.replace(pattern, rest);
  }, vs);
}

const picked = { ...picking, vs: cut(picking.vs, 'picking') };
const REPLACED = ['project', 'project32', 'picking', 'gouraudMaterial'];

/**
 * @template {new (...given: any[]) => any} T
 * @param {T} Base a layer of deck.gl
 * @returns {T} the same for a flat map
 */
export function flattened(Base) {
  const { layerName } = /** @type {any} */ (Base);
  return class extends Base {
    static layerName = layerName;

    getShaders(/** @type {any[]} */ ...given) {
      const shaders = super.getShaders(...given);
      const modules = shaders.modules.filter((/** @type {any} */ module) => !REPLACED.includes(module.name));
      return { ...shaders, vs: cut(shaders.vs, layerName), modules: [flat, picked, ...modules] };
    }
  };
}

export const FlatBitmaps = flattened(BitmapLayer);
export const FlatIcons = flattened(IconLayer);
export const FlatPaths = flattened(PathLayer);
export const FlatCircles = flattened(ScatterplotLayer);
export const FlatAreas = flattened(SolidPolygonLayer);

/** GeoJSON, all of it flat. */
export class FlatGeoJson extends GeoJsonLayer {
  static layerName = 'GeoJsonLayer';

  getSubLayerClass(/** @type {string} */ id, /** @type {any} */ Base) {
    const flats = { SolidPolygonLayer: FlatAreas, PathLayer: FlatPaths, ScatterplotLayer: FlatCircles, IconLayer: FlatIcons };
    return flats[Base.layerName] ?? super.getSubLayerClass(id, Base);
  }
}
