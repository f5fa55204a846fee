// The classic script: window.Turbo is the API.

import { Go } from "go-wasm-exec"
import { boot } from "./api.js"

boot(Go, document.currentScript.src)
