// Makes a Go test in the browser the program of its page: the imports, the
// exports and the elements are those of the shipped runtime.

import { api } from "./api.js"
import { define, StreamElement } from "./elements.js"
import { runtime } from "./runtime.js"

window.Turbo = api
define("turbo-stream", StreamElement)
globalThis.Go = runtime.adopt(globalThis.Go)
