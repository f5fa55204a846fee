import resolve from "@rollup/plugin-node-resolve"
import { readFile } from "node:fs/promises"

// Rollup does not follow new URL, so this plugin writes the wasm next to the bundle.
const turboWasm = {
  name: "turbo.wasm",
  async generateBundle() {
    this.emitFile({ type: "asset", fileName: "turbo.wasm", source: await readFile("node_modules/turbowasm/turbo.wasm") })
  }
}

export default { input: "main.js", output: { dir: "out", format: "es" }, plugins: [resolve(), turboWasm] }
