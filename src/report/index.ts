/** Results, tables, charts and pages. Text and bytes in memory; the command line writes them to files. */
export { escapeXml, type Attributes } from "./svg.ts";
export { formatNumber, formatPercent } from "./numbers.ts";
export { check, result, resultJson, type Check, type CheckInput, type Relation, type Result, type Value } from "./result.ts";
export {
  barChart, barcodeChart, contourChart, frames, heatMap, lineChart, logLevels, panels, registerChart,
  type Bar, type BarcodeChart, type BarChart, type BarSeries, type ContourChart, type HeatMap, type LineChart, type Mark, type MarkKind, type RegisterChart, type RegisterPath, type Series,
} from "./charts.ts";
export { markdownTable, textTable, type Cell, type Table } from "./table.ts";
export { base64, checksTable, figure, htmlTable, page, paragraph, picture, plainPage, type Section } from "./html.ts";
