// Makes a Go test in the browser the program of its page: the imports, the
// exports and the elements are those of the shipped runtime.

import { api, defineCableElement, defineElements } from "./api.js"
import { setObserved } from "./observation.js"
import * as runtime from "./runtime.js"
import * as settled from "./settled.js"

window.Turbo = api
window.setObserved = setObserved
defineElements()
defineCableElement()
settled.start(runtime.ready)
globalThis.Go = runtime.adopt(globalThis.Go)
