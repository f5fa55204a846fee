// Wraps Go's wasm_exec.js, whose text replaces GO_WASM_EXEC below. That script
// expects fs, process and path as globals and defines Go as one, and Go programs
// read the first three from the global object. A page must not get any of them,
// because scripts look for `process` to tell Node from a browser. So the builder
// turns them into properties of `own`, which only Go sees.
const page = globalThis
const own = { __proto__: null }
const Reflect = {
  __proto__: page.Reflect,
  get: (object, key) => page.Reflect.get(object === page && key in own ? own : object, key),
}
GO_WASM_EXEC
export const Go = own.Go
