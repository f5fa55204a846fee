// What webpack-cli does with a configuration of these lines.
const path = require("node:path")
require("webpack")({
  mode: "production",
  entry: "./main.js",
  output: { path: path.resolve("out"), filename: "main.js" },
  performance: { hints: false }
}, (error, stats) => {
  if (error || stats.hasErrors()) throw error ?? new Error(stats.toString())
})
