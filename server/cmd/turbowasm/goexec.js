// Surrounds Go's wasm_exec.js, whose text replaces GO_WASM_EXEC below. That
// script wants fs, process and path as globals and publishes Go as one, and a
// Go program reads the three through its global object. A page must not get
// any of them: scripts look for `process` to tell Node from a browser. So the
// builder turns them into properties of `own`, and Go alone is shown them.
const page = globalThis
const own = { __proto__: null }
const Reflect = {
  __proto__: page.Reflect,
  get: (object, key) => page.Reflect.get(object === page && key in own ? own : object, key),
}
GO_WASM_EXEC
export const Go = own.Go
