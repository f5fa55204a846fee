// If a page enforces Trusted Types, what the server sends goes through the policy
// "turbowasm", since the page trusts its server. The policy is made when it is first
// needed. Its functions are the browser's own, which cost a tenth of ours.

const { trustedTypes } = globalThis

let policy

function create() {
  try {
    return trustedTypes.createPolicy("turbowasm", { createHTML: String, createScript: String, createScriptURL: String })
  } catch {
    return false // none there, or the page's policy does not name ours, as the browser then reports
  }
}

const through = (how) => (text) => (policy ??= create()) ? policy[how](text) : text

export const html = through("createHTML")
export const script = through("createScript")

// Names of attributes that may hold a script, a document, or the address of one.
const risky = /^(on|src|data$|codebase$|(xlink:)?href$)/i

export function setAttribute(element, name, value) {
  const type = risky.test(name) && trustedTypes?.getAttributeType(element.localName, name, element.namespaceURI)
  element.setAttribute(name, type ? through(type.replace("Trusted", "create"))(value) : value)
}

export const parse = (source) => new DOMParser().parseFromString(html(source), "text/html")
