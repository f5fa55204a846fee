// Package dom is the vocabulary in which the runtime speaks of a page: nodes
// as integer handles and the operations that a page offers on them. It holds
// no behaviour of Turbo's and touches no JavaScript: package browser
// implements it on the real page, package domtest in memory.
package dom

// Node is a handle to a node of the page. The zero Node is no node. A handle
// is valid until the scope in which it was handed out is released.
type Node int32
