/** Files that a bundler for workers hands out as bytes (the rules of wrangler.jsonc). */
declare module "*.engram" {
  const bytes: ArrayBuffer;
  export default bytes;
}
declare module "*.safetensors" {
  const bytes: ArrayBuffer;
  export default bytes;
}
