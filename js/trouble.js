// Why the runtime cannot start, in words that say what to do.

// What was found to be wrong; its message says it all.
export class Trouble extends Error {}

const violations = []
const note = (event) => violations.push(event)

// Listens for what the page's policy forbids, or no longer.
export const watchPolicy = (on) => document[on ? "addEventListener" : "removeEventListener"]("securitypolicyviolation", note)

export async function explain(error, url) {
  if (error instanceof Trouble) return error.message
  // The browser tells of a violation in a task of its own.
  await new Promise((resolve) => setTimeout(resolve, 50))
  const { blockedURI: blocked, effectiveDirective } = violations.find(({ blockedURI }) => blockedURI == "wasm-eval" || url && blockedURI && url.startsWith(blockedURI)) ?? {}
  if (blocked || /unsafe-eval|\bcsp\b/i.test(error.message)) {
    return `the content security policy forbids it. ${blocked == "wasm-eval" || !blocked ? "script-src must allow 'wasm-unsafe-eval'" : `${effectiveDirective} must allow ${url}`}.`
  }
  if (error instanceof WebAssembly.CompileError) return `${url} is not turbo.wasm, or not all of it.`
  if (error instanceof TypeError) return `${url} cannot be fetched: the network fails, or it is of another origin that does not allow it (CORS).`
  return `${url} does not run.`
}
