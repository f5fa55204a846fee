package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// Permanents are the elements that a new body keeps of the old one (Turbo
// 8.0.23, permanent elements). All handles are kept ones.
type Permanents struct {
	page   dom.Values
	pairs  []permanent
	active dom.Node // the focused element inside of one of them
}

type permanent struct {
	id            string
	current, next dom.Node
}

const placeholder = "turbo-permanent-placeholder"

// permanents finds the permanent elements that both snapshots of a renderer
// hold.
func (d *Drive) permanents(r dom.Node) (*Permanents, error) {
	p := d.Page
	k := &Permanents{page: p}
	found, err := p.Call(r, "currentSnapshot.getPermanentElementMapForSnapshot", p.Get(r, "newSnapshot"))
	if err != nil {
		return nil, err
	}
	for _, entry := range p.Items(p.Do(0, "window.Object.entries", found)) {
		k.pairs = append(k.pairs, permanent{d.text(entry, "0"), p.Keep(p.Get(entry, "1.0")), p.Keep(p.Get(entry, "1.1"))})
	}
	return k, nil
}

// Enter puts placeholders into the next tree.
func (k *Permanents) Enter() {
	if k == nil {
		return
	}
	p := k.page
	for _, pair := range k.pairs {
		if active := p.Get(0, "document.activeElement"); k.active == 0 && p.Do(pair.current, "contains", active) != 0 {
			k.active = p.Keep(active)
		}
		mark := p.Do(0, "document.createElement", p.String("meta"))
		p.SetAttr(mark, "name", placeholder)
		p.SetAttr(mark, "content", pair.id)
		p.ReplaceWith(pair.next, mark)
	}
}

// Leave moves the elements from the old tree, which gets copies, to their
// placeholders, and focuses again what was focused.
func (k *Permanents) Leave() {
	if k == nil {
		return
	}
	p := k.page
	for _, pair := range k.pairs {
		p.ReplaceWith(pair.current, p.Do(pair.current, "cloneNode", p.Bool(true)))
		marks, _ := p.SelectAll(dom.Document, "meta[name="+placeholder+"][content]")
		for _, mark := range marks {
			if content, _ := p.Attr(mark, "content"); content == pair.id {
				p.ReplaceWith(mark, pair.current)
				break
			}
		}
		if k.active != 0 && p.Do(pair.current, "contains", k.active) != 0 {
			p.Do(k.active, "focus")
			p.Drop(k.active)
			k.active = 0
		}
	}
}

// Drop lets go of the handles.
func (k *Permanents) Drop() {
	if k == nil {
		return
	}
	for _, pair := range k.pairs {
		k.page.Drop(pair.current)
		k.page.Drop(pair.next)
	}
	k.page.Drop(k.active)
}
