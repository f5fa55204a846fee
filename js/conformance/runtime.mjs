// The two runtimes as files in memory: the oracle, bundled from npm once per run, and ours, as built.
import { build } from "esbuild"
import { readFile, readdir } from "node:fs/promises"
import path from "node:path"
import { fileURLToPath } from "node:url"

const here = path.dirname(fileURLToPath(import.meta.url))
const js = path.dirname(here)

// oracle bundles @hotwired/turbo with turbo-rails' cable element and its cable helpers, without the
// Rails method tunnelling, which is an add-on of turbo-rails to form requests.
export async function oracle() {
  const entry = `
    import "@hotwired/turbo-rails-parts/cable_stream_source_element"
    export * from "@hotwired/turbo"
    export * as cable from "@hotwired/turbo-rails-parts/cable"`
  const parts = {
    name: "turbo-rails-parts",
    setup(build) {
      build.onResolve({ filter: /^@hotwired\/turbo-rails-parts\// }, ({ path: name }) => ({
        path: path.join(js, "node_modules/@hotwired/turbo-rails/app/javascript/turbo", `${path.basename(name)}.js`)
      }))
    }
  }
  const bundle = async (options) => {
    const { outputFiles } = await build({
      stdin: { contents: entry, resolveDir: js }, absWorkingDir: js, plugins: [parts], bundle: true, write: false, logLevel: "error", ...options
    })
    return Buffer.from(outputFiles[0].contents)
  }
  return {
    name: "@hotwired/turbo 8.0.23",
    files: new Map([
      ["turbo.js", await bundle({ format: "esm" })],
      ["turbo.umd.js", await bundle({ format: "iife", globalName: "Turbo" })]
    ])
  }
}

// built reads the files that `make dist` wrote.
export async function built(directory) {
  const files = new Map()
  let names
  try {
    names = await readdir(directory)
  } catch (error) {
    throw new Error(`conformance: read the built runtime in ${directory}: ${error.message} (run: make dist)`)
  }
  for (const name of names) {
    if (/\.(js|wasm)$/.test(name)) files.set(name, await readFile(path.join(directory, name)))
  }
  for (const name of ["turbo.js", "turbo.umd.js", "turbo.wasm"]) {
    if (!files.has(name)) throw new Error(`conformance: ${directory} has no ${name} (run: make dist)`)
  }
  return { name: "turbowasm", files }
}
