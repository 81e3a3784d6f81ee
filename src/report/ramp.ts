/** Colours along a ramp, for grids of numbers. Lightness falls evenly, so that they read in grey too. */

/** From pale sand to deep blue; from rust over paper to blue. */
export const RAMPS = {
  sequential: ["#f6f1e4", "#d9e3d3", "#aed0c9", "#7db5bf", "#4f94b3", "#356fa0", "#2b4a80", "#232a57"],
  diverging: ["#8c3b2a", "#c06a4c", "#e2a887", "#f5f0e8", "#9dc0d3", "#5490b8", "#24567f"],
} as const;

/** The colour at `t` in [0, 1] along equally spaced stops, as #rrggbb. */
export function mix(stops: readonly string[], t: number): string {
  const place = t * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(place));
  const part = (stop: string, k: number): number => parseInt(stop.slice(1 + 2 * k, 3 + 2 * k), 16);
  return `#${[0, 1, 2].map((k) => Math.round(part(stops[i], k) + (place - i) * (part(stops[i + 1], k) - part(stops[i], k))).toString(16).padStart(2, "0")).join("")}`;
}
