/** Reproductions of the papers, and the data they run on. */
export * from "./data.ts";
