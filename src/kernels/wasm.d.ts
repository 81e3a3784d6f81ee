/** What the bundlers of workerd and of edge-light hosts make of an imported .wasm file. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export { module as default };
}
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export { module as default };
}
