// Package browser is the one room that touches JavaScript: it implements what
// the other packages need of a page with the primitives of js/dom.js, and
// exports what the page calls.
package browser
