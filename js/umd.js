// The classic script: window.Turbo is the API, and so are the exports if it is
// loaded as a CommonJS or an AMD module.

import { Go } from "go-wasm-exec"
import { boot } from "./api.js"

const Turbo = boot(Go)

// The builder replaces these names. With the real ones it would take this for CommonJS.
if (typeof __exports__ == "object" && typeof __module__ != "undefined") Object.assign(__exports__, Turbo)
else if (typeof define == "function" && define.amd) define(["exports"], (exports) => { Object.assign(exports, Turbo) })
