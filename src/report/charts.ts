/** Charts as SVG documents: the same text for the same data on every host. */
export { barChart, type BarChart, type BarSeries } from "./bar-chart.ts";
export { barcodeChart, type Bar, type BarcodeChart } from "./barcode-chart.ts";
export { heatMap, type HeatMap } from "./heat-map.ts";
export { lineChart, type LineChart, type Series } from "./line-chart.ts";
export { contourChart, logLevels, type ContourChart } from "./contour-chart.ts";
export type { Mark, MarkKind } from "./marks.ts";
export { frames, panels } from "./panels.ts";
export { registerChart, type RegisterChart, type RegisterPath } from "./register-chart.ts";
