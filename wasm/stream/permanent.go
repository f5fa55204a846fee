package stream

import "github.com/turbowasm/turbowasm/wasm/dom"

// standIn replaces the permanent elements in a message with copies of the page's
// elements that have their ids, before anything of the message is observed or
// performed, and reports whether there were any. Whatever the actions do to the
// page, they insert permanent elements as they were (Turbo 8.0.23, streams §6).
// If several streams hold an id, the last one counts, and so does the last of the
// page's elements that share an id. Upstream reads an id as part of a selector,
// and fails if that is not valid.
func standIn(page Page, streams []dom.Node) (found bool, err error) {
	elements, err := page.SelectAll(page.Document(), "[id][data-turbo-permanent]")
	if err != nil {
		return false, err
	}
	last := map[string]dom.Node{}
	var ids []string
	for _, n := range elements {
		id, _ := page.Attr(n, dom.ID)
		if id == "" {
			continue
		}
		if last[id] == 0 {
			ids = append(ids, id)
		}
		last[id] = n
	}
	type pair struct{ template, incoming, element dom.Node }
	var pairs []pair
	for _, id := range ids {
		for i := len(streams) - 1; i >= 0; i-- {
			template, err := NewElement(page, streams[i]).Template()
			if err != nil {
				return false, err
			}
			if incoming := page.Permanent(template, last[id]); incoming != 0 {
				pairs = append(pairs, pair{template, incoming, last[id]})
				break
			}
		}
	}
	for _, p := range pairs {
		page.StandIn(p.template, p.incoming, p.element)
	}
	return len(pairs) > 0, nil
}
