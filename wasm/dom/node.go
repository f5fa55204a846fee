// Package dom is the vocabulary in which the runtime speaks of a page: nodes as
// integer handles, attribute names as constants, places for content. It has none
// of Turbo's behaviour and touches no JavaScript: package browser implements it on
// the real page, package domtest in memory. Each package declares what it needs of
// a page as an interface of its own.
package dom

import "errors"

// Node is a handle to a node of the page. The zero Node stands for none. A handle
// is valid until the call from the page in which it was handed out returns.
type Node int32

// Place says where content goes, relative to a target.
type Place int32

// Places of content.
//
//turbo:numbers +PLACE_
const (
	Nowhere       Place = iota - 1
	Append              // as the target's last children
	Prepend             // as the target's first children
	Before              // as the target's preceding siblings
	After               // as the target's following siblings
	Replace             // in place of the target
	Children            // in place of the target's children
	Morph               // the target is morphed into it
	MorphChildren       // the target's children are morphed into it
)

// Beside reports whether p lies outside of the target, among its siblings.
func (p Place) Beside() bool { return p >= Before && p <= Replace }

// Inside reports whether p lies inside of the target.
func (p Place) Inside() bool { return p == Append || p == Prepend || p == Children }

// Adds reports whether the content is added to what is there.
func (p Place) Adds() bool { return p >= Append && p <= After }

// Attributes that the runtime reads or writes.
const (
	Action         = "action"
	Except         = "except"
	ID             = "id"
	MaintainScroll = "maintain_scroll"
	Method         = "method"
	Scroll         = "scroll"
	Target         = "target"
	Targets        = "targets"
	TurboVersion   = "data-turbo-version"
	Version        = "version"
)

// FocusBarriers match elements that cannot be focused, nor anything inside them.
const FocusBarriers = "[inert], :disabled, [hidden], details:not([open]), dialog:not([open])"

// ErrPage says that the page threw. What it threw stays with the page, and is
// thrown again where the call came from.
var ErrPage = errors.New("dom: the page threw")
